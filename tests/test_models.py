from __future__ import annotations

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Embedding, Journal, current_space, read_changes

pytestmark = pytest.mark.django_db


def test_revisions_rise_without_gaps() -> None:
    with transaction.atomic():
        first, second = Journal.take(2), Journal.take(3)

    assert [*first, *second] == [1, 2, 3, 4, 5]
    assert Journal.head() == 5


def test_journal_is_read_as_changes() -> None:
    kept, hidden = add_product(draw("red")), add_product(draw("blue"))
    sync_now()
    hidden.delete()
    sync_now()

    (changes,) = read_changes(current_space(PRODUCTS))(0)

    row = Embedding.objects.get(object_key=kept.pk)
    assert changes.revision == Journal.head() == 3
    assert changes.ids.tolist() == [row.pk]
    assert len(changes.removed) == 1
    assert np.linalg.norm(changes.vectors.astype(np.float32)) == pytest.approx(1, abs=0.001)


def test_journal_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    add_product(*[draw("red", size=96 + number) for number in range(5)])
    sync_now()
    monkeypatch.setattr("visualsearch.models.journal.PAGE", 2)

    pages = list(read_changes(current_space(PRODUCTS))(0))

    assert [len(page.ids) for page in pages] == [2, 2, 1]
    assert pages[-1].revision == 5


def test_nothing_new_is_one_query(django_assert_num_queries: object) -> None:
    add_product(draw())
    sync_now()
    head, space = Journal.head(), current_space(PRODUCTS)

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert list(read_changes(space)(head)) == []


def test_embedder_that_answers_is_one_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        current_space(PRODUCTS)


def test_ready_row_must_have_a_vector() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Embedding.objects.create(
            source="s", object_key="1", picture_key="1", picture_name="n", fingerprint="f", state="ready", revision=1
        )


def test_rows_of_another_embedder_are_not_in_the_space() -> None:
    add_product(draw())
    sync_now()
    Embedding.objects.update(fingerprint="other")

    (changes,) = read_changes(current_space(PRODUCTS))(0)

    assert len(changes.ids) == 0
