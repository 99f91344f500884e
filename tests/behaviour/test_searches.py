from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.signals import request_finished
from django.db import OperationalError, close_old_connections
from django.http import HttpResponse

from visualsearch.behaviour import record_after
from visualsearch.models import SearchRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """Keep the test's connection, which the end of a request would close."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def record(response: HttpResponse) -> None:
    record_after(response, uuid4(), source="shop", milliseconds=12.4, no_match=True, count=3)


def test_search_is_recorded_once_its_answer_has_gone_out() -> None:
    response = HttpResponse()

    record(response)

    assert not SearchRecord.objects.exists()
    response.close()
    row = SearchRecord.objects.get()
    assert (row.source, row.milliseconds, row.no_match, row.count) == ("shop", 12, True, 3)


def test_database_that_fails_spoils_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr(SearchRecord, "save", fail)
    response = HttpResponse()
    record(response)

    response.close()

    assert "is not recorded: locked" in caplog.text


def test_shop_that_records_nothing_records_nothing(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "RECORD_SEARCHES": False}
    response = HttpResponse()

    record(response)
    response.close()

    assert not SearchRecord.objects.exists()
