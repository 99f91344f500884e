"""From rows of shoppers' behaviour to none, after the days that the setting says."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.models import Event, SearchRecord

CHUNK = 5_000
"""Rows of one statement, so that nobody waits long for a lock."""


def forget_behaviour() -> int:
    """Delete searches and events that are older than BEHAVIOUR_DAYS, and return how many."""
    before = timezone.now() - timedelta(days=get_settings().behaviour_days)
    return _forget(SearchRecord, before) + _forget(Event, before)


def _forget(model: type[SearchRecord] | type[Event], before: object) -> int:
    count = 0
    while keys := list(model.objects.filter(created__lt=before).values_list("pk", flat=True)[:CHUNK]):
        count += model.objects.filter(pk__in=keys).delete()[0]
    return count
