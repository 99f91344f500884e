"""How often one caller may search on the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
PAGE = reverse("visualsearch:page")


@pytest.fixture(autouse=True)
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Allow two searches a minute, by a clock that stands still."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "PAGE_SEARCHES_A_MINUTE": 2}
    now = [time.time() // 60 * 60 + 20]
    monkeypatch.setattr("visualsearch.page.rates.time.time", lambda: now[0])
    cache.clear()
    yield now
    cache.clear()


def statuses(client: Client, count: int, **more: Any) -> list[int]:
    return [client.post(PAGE, {}, **more).status_code for _ in range(count)]


def test_caller_who_searches_too_often_is_told_when_to_come_back(client: Client, clock: list[float]) -> None:
    assert statuses(client, 3) == [400, 400, 429]

    refused = client.get(PAGE, {"like": "1:image"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "40")
    assert b"Too many searches" in refused.content
    clock[0] += 40
    assert statuses(client, 1) == [400]


def test_form_itself_is_not_counted(client: Client) -> None:
    assert [client.get(PAGE).status_code for _ in range(4)] == [200] * 4


def test_callers_are_counted_by_who_connects_and_not_by_what_they_say(client: Client, settings: Any) -> None:
    told = [statuses(client, 1, headers={"X-Forwarded-For": f"203.0.113.{number}"})[0] for number in range(3)]

    assert told == [400, 400, 429]
    assert statuses(client, 1, REMOTE_ADDR="10.0.0.9") == [400]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    assert statuses(client, 1, headers={"X-Forwarded-For": "203.0.113.9"}) == [400]


def test_nobody_is_counted_where_the_setting_says_so(client: Client, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "PAGE_SEARCHES_A_MINUTE": None}

    assert statuses(client, 4) == [400] * 4
