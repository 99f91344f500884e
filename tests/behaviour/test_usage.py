from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.goods import PRODUCTS
from visualsearch.behaviour.usage import get_usage
from visualsearch.models import Event, SearchRecord

pytestmark = pytest.mark.django_db


def add_search(milliseconds: int, *, no_match: bool = False) -> SearchRecord:
    return SearchRecord.objects.create(
        query_id=uuid4(), source=PRODUCTS, milliseconds=milliseconds, no_match=no_match, count=1
    )


def add_click(place: int | None, action: str = "click") -> None:
    Event.objects.create(action_name=action, ordinal=place, timestamp=timezone.now())


def test_without_searches_nothing_is_claimed() -> None:
    usage = get_usage()

    assert (usage.searches, usage.median, usage.p95, usage.no_match, usage.clicks) == (0, None, None, None, 0)


def test_searches_of_the_last_day_are_counted_and_timed() -> None:
    for milliseconds in range(1, 101):
        add_search(milliseconds, no_match=milliseconds <= 25)
    old = add_search(9_999)
    SearchRecord.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=2))

    usage = get_usage()

    assert (usage.searches, usage.median, usage.p95, usage.no_match) == (100, 51, 96, 0.25)


def test_clicks_are_counted_by_the_place_of_the_result() -> None:
    for place in (1, 1, 3, 12, 40, None):
        add_click(place)
    add_click(1, "view")

    usage = get_usage()

    assert usage.clicks == 6
    assert usage.positions == {"1": 2, "3": 1, "11+": 2}
