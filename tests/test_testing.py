"""A shop's own tests, as they are written with Django: each begins with what it saves itself, and with nothing else."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TestCase

from tests.drawing import draw_mosaic
from tests.goods import POSTERS, add_poster, found, sync_now
from visualsearch import tasks
from visualsearch.conf import get_settings
from visualsearch.indexes import get_index
from visualsearch.models import Embedding, current_space
from visualsearch.search import PhotoQuery, find_like, find_similar
from visualsearch.sources import get_source
from visualsearch.sync import verify
from visualsearch.testing import override_visualsearch


def ghosts(index: str) -> int:
    """Return how many vectors the index holds that no row knows."""
    return len(get_index(index, current_space(POSTERS))) - Embedding.objects.ready().count()


@pytest.mark.parametrize("index", ["exact", "faiss"])
@pytest.mark.django_db
def test_index_forgets_what_it_read_in_a_transaction_that_was_undone(settings: Any, index: str) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": index}

    for turn in range(4):
        with transaction.atomic():
            posters = [add_poster(draw_mosaic(10 * turn + number)) for number in range(1 + turn % 3)]
            sync_now()
            for number, poster in enumerate(posters):
                assert found(draw_mosaic(10 * turn + number), POSTERS)[0] == str(poster.pk)
                assert len(found(draw_mosaic(0), POSTERS)) == len(posters)
            assert ghosts(index) == 0
            assert verify(get_source(POSTERS)).equal
            transaction.set_rollback(True)

    assert found(draw_mosaic(0), POSTERS) == []
    assert ghosts(index) == 0


@pytest.mark.django_db
def test_index_forgets_what_was_undone_to_a_savepoint() -> None:
    kept = add_poster(draw_mosaic(1))
    sync_now()
    assert found(draw_mosaic(1), POSTERS) == [str(kept.pk)]

    with transaction.atomic():
        add_poster(draw_mosaic(2))
        sync_now()
        assert len(found(draw_mosaic(2), POSTERS)) == 2
        transaction.set_rollback(True)
    other = add_poster(draw_mosaic(3))
    sync_now()

    assert verify(get_source(POSTERS)).equal
    (first, _) = find_similar(PhotoQuery(photo=draw_mosaic(3), source=POSTERS))
    assert (first.object, round(first.score, 1)) == (other, 1.0)
    assert ghosts("faiss") == 0


@pytest.mark.django_db(transaction=True)
def test_index_keeps_what_it_read_outside_of_the_transaction_that_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    add_poster(draw_mosaic(1))
    sync_now()
    assert found(draw_mosaic(1), POSTERS)
    begun: list[object] = []
    monkeypatch.setattr("visualsearch.indexes.faiss.FaissIndex._begin", lambda self: begun.append(self))

    for _ in range(3):
        with transaction.atomic():
            found(draw_mosaic(1), POSTERS)
        add_poster(draw_mosaic(2))
        sync_now()

    assert begun == []


@override_visualsearch(LIMIT=7)
class OfAShop(TestCase):
    """What a shop would write."""

    def check(self, *numbers: int) -> None:
        """Save posters, and find each of them without asking for a sync."""
        posters = {number: add_poster(draw_mosaic(number)) for number in numbers}
        for number, poster in posters.items():
            assert found(draw_mosaic(number), POSTERS)[0] == str(poster.pk)
        assert len(found(draw_mosaic(0), POSTERS)) == len(posters)

    def test_first(self) -> None:
        self.check(1, 2)

    def test_second(self) -> None:
        self.check(3, 4, 5)

    def test_third(self) -> None:
        self.check(6)

    def test_what_is_deleted_or_changed_is_found_so_at_once(self) -> None:
        poster, other = add_poster(draw_mosaic(1)), add_poster(draw_mosaic(2))
        assert [result.object for result in find_like(poster)] == [other]
        other.delete()
        assert find_like(poster) == []

    def test_settings_are_those_of_tests(self) -> None:
        own = get_settings()
        assert (own.embedder, own.index, own.bell, own.limit) == ("thumbnail", "exact", False, 7)


def test_override_ends(settings: Any) -> None:
    before = get_settings()
    with override_visualsearch(EMBEDDER="no.such.Embedder"):
        assert get_settings().embedder == "no.such.Embedder"
        assert get_settings().directory.is_dir()
        folder = get_settings().directory

    assert get_settings() == before
    assert not folder.exists()


@pytest.mark.django_db(transaction=True)
def test_no_message_is_sent_and_no_thread_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.bell, "ring", lambda: pytest.fail("The bell was rung."))
    before = threading.active_count()

    with override_visualsearch():
        poster = add_poster(draw_mosaic(1))
        assert found(draw_mosaic(1), POSTERS) == [str(poster.pk)]

    assert threading.active_count() == before
    assert connection.in_atomic_block is False
