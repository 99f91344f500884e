"""From rows of shoppers' behaviour to none, after the days that the setting says."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.models import Event, SearchRecord, UnmetSearch

CHUNK = 5_000
"""Rows of one statement, so that nobody waits long for a lock."""


def forget_behaviour() -> int:
    """Delete searches and events that are older than BEHAVIOUR_DAYS, and return how many."""
    before = timezone.now() - timedelta(days=get_settings().behaviour_days)
    return _forget(SearchRecord, before) + _forget(Event, before)


def forget_vectors(*, all_of_them: bool = False) -> int:
    """Delete vectors of searches that are older than QUERY_VECTORS_DAYS, or all of them, and return how many."""
    days = 0 if all_of_them else get_settings().query_vectors_days
    return _forget(UnmetSearch, timezone.now() - timedelta(days=days))


def _forget(model: type[SearchRecord] | type[Event] | type[UnmetSearch], before: object) -> int:
    count = 0
    while keys := list(model.objects.filter(created__lt=before).values_list("pk", flat=True)[:CHUNK]):
        count += model.objects.filter(pk__in=keys).delete()[0]
    return count
