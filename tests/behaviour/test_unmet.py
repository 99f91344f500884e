from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.utils import timezone

from tests.goods import PRODUCTS
from visualsearch.behaviour import forget_vectors, record_after
from visualsearch.behaviour.unmet import group_unmet
from visualsearch.indexes.base import Space
from visualsearch.models import UnmetSearch
from visualsearch.vectors import Vectors, normalise, pack

pytestmark = pytest.mark.django_db
SPACE = Space(source=PRODUCTS, fingerprint="eye", dimensions=4)


def vector(*values: float) -> Vectors:
    return normalise(np.array([values], dtype=np.float32))


def add(*values: float, fingerprint: str = "eye") -> UnmetSearch:
    return UnmetSearch.objects.create(source=PRODUCTS, fingerprint=fingerprint, vector=pack(vector(*values)))


def answer(*, no_match: bool) -> None:
    response = HttpResponse()
    seen = {"fingerprint": "eye", "vector": vector(1, 0, 0, 0)}
    record_after(response, uuid4(), source=PRODUCTS, milliseconds=1, no_match=no_match, count=1, **seen)
    for close in response._resource_closers:  # as a server does; `close` would end the test's connection too
        close()


def test_no_vector_is_kept_unless_the_shop_has_chosen_so() -> None:
    answer(no_match=True)

    assert not UnmetSearch.objects.exists()


def test_vector_is_kept_of_a_search_without_a_close_answer_alone(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "KEEP_QUERY_VECTORS": True}
    answer(no_match=False)
    assert not UnmetSearch.objects.exists()

    answer(no_match=True)

    assert bytes(UnmetSearch.objects.get().vector) == pack(vector(1, 0, 0, 0))


def test_searches_that_look_alike_are_one_group_and_the_largest_comes_first() -> None:
    add(0, 0, 1, 0)
    for turn in (0.0, 0.1, 0.2):
        add(1, turn, 0, 0)

    groups = group_unmet(SPACE, most=10)

    assert [group.count for group in groups] == [3, 1]
    assert [group.count for group in group_unmet(SPACE, most=1)] == [3]


def test_same_photo_counts_once() -> None:
    add(1, 0, 0, 0), add(1, 0, 0, 0)

    assert [group.count for group in group_unmet(SPACE, most=10)] == [1]


def test_vectors_of_another_embedder_are_left_out() -> None:
    add(1, 0, 0, 0, fingerprint="another")

    assert group_unmet(SPACE, most=10) == []


def test_vectors_are_deleted_by_age_and_by_the_command(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "QUERY_VECTORS_DAYS": 7}
    old, kept = add(1, 0, 0, 0), add(0, 1, 0, 0)
    UnmetSearch.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=7.1))

    assert forget_vectors() == 1
    assert UnmetSearch.objects.get() == kept

    call_command("visualsearch_forget", "--all")

    assert not UnmetSearch.objects.exists()
