from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.behaviour import forget_behaviour
from visualsearch.models import Event, SearchRecord

pytestmark = pytest.mark.django_db


def search(client: Client) -> Any:
    photo = SimpleUploadedFile("photo.png", draw("red"))
    return client.post("/api/v1/visual-search/", {"photo": photo, "source": PRODUCTS})


def test_search_leaves_a_row_without_its_photo(client: Client) -> None:
    add_product(draw("red"))
    sync_now()

    answer = search(client).json()

    row = SearchRecord.objects.get()
    assert str(row.query_id) == answer["query"]["id"]
    assert (row.source, row.count, row.no_match) == (PRODUCTS, 1, False)
    assert row.milliseconds > 0


def test_search_on_the_page_leaves_a_row_too(client: Client) -> None:
    add_product(draw("red"))
    sync_now()

    sent = client.post("/visual-search/", {"photo": SimpleUploadedFile("photo.png", draw("red"))})
    client.get(sent["Location"])

    assert SearchRecord.objects.get().count == 1


def test_row_that_cannot_be_written_takes_no_answer_along(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, **kwargs: Any) -> None:
        raise DatabaseError("full")

    monkeypatch.setattr(SearchRecord, "save", fail)

    assert search(client).status_code == 200


def test_nothing_is_recorded_where_the_shop_does_not_want_it(client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "RECORD_SEARCHES": False}
    search(client)

    assert not SearchRecord.objects.exists()


def test_old_rows_are_deleted_and_new_ones_stay(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BEHAVIOUR_DAYS": 7}
    for days in (1, 8):
        created = timezone.now() - timedelta(days=days)
        row = SearchRecord.objects.create(query_id=uuid4(), source="a", milliseconds=1, no_match=False, count=days)
        SearchRecord.objects.filter(pk=row.pk).update(created=created)
        event = Event.objects.create(action_name="view", timestamp=timezone.now(), ordinal=days)
        Event.objects.filter(pk=event.pk).update(created=created)

    assert forget_behaviour() == 2
    assert (SearchRecord.objects.get().count, Event.objects.get().ordinal) == (1, 1)
