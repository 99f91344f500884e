from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from visualsearch.behaviour import forget_behaviour, retention
from visualsearch.models import Event, SearchRecord
from visualsearch.tasks import beat_schedule

pytestmark = pytest.mark.django_db


def add_search(days: float) -> SearchRecord:
    row = SearchRecord.objects.create(query_id=uuid4(), source="shop", milliseconds=5, no_match=False, count=1)
    SearchRecord.objects.filter(pk=row.pk).update(created=timezone.now() - timedelta(days=days))
    return row


def add_event(days: float) -> Event:
    row = Event.objects.create(action_name="click", timestamp=timezone.now())
    Event.objects.filter(pk=row.pk).update(created=timezone.now() - timedelta(days=days))
    return row


def test_what_is_older_than_the_days_of_the_setting_is_deleted(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BEHAVIOUR_DAYS": 7}
    kept = (add_search(6.9), add_event(6.9))
    add_search(7.1), add_event(7.1)

    assert forget_behaviour() == 2
    assert (SearchRecord.objects.get(), Event.objects.get()) == kept


def test_clock_of_the_app_keeps_nothing_longer() -> None:
    event = add_event(days=1000)
    Event.objects.filter(pk=event.pk).update(timestamp=timezone.now() + timedelta(days=1000))

    assert forget_behaviour() == 1


def test_many_rows_are_deleted_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    for _ in range(5):
        add_search(days=1000)

    assert forget_behaviour() == 5


def test_beat_deletes_them() -> None:
    assert "visualsearch.forget_behaviour" in {entry["task"] for entry in beat_schedule().values()}
