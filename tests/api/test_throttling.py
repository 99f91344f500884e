from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import AnonRateThrottle
from rest_framework_api_key.models import APIKey

from visualsearch.api.throttling import RATES
from visualsearch.api.views import BatchView, EventsView, SearchView, SimilarView, StatusView
from visualsearch.api.views.description import SchemaView
from visualsearch.models import Event

pytestmark = pytest.mark.django_db
STATUS = "/api/v1/visual-search/status/"


@pytest.fixture(autouse=True)
def _counts_from_nothing() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rates(settings: Any) -> Any:
    def limit(**rates: str) -> None:
        named = {f"visualsearch-{name.replace('_', '-')}": rate for name, rate in rates.items()}
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": named}

    return limit


def test_stranger_who_asks_too_often_is_told_when_to_come_back(client: Client, rates: Any) -> None:
    rates(read_address="1/min")

    statuses = [client.get(STATUS).status_code for _ in range(2)]
    refused = client.get(STATUS)

    assert statuses == [200, 429]
    assert refused.json()["type"] == "throttled"
    assert 0 < int(refused["Retry-After"]) <= 60


def test_addresses_and_scopes_are_counted_apart(client: Client, rates: Any) -> None:
    rates(read_address="1/min", events_address="1/min")
    client.get(STATUS)

    assert client.get(STATUS, REMOTE_ADDR="10.0.0.9").status_code == 200
    assert client.post("/api/v1/visual-search/events/", {}, content_type="application/json").status_code == 400


def test_known_callers_are_counted_by_themselves(client: Client, settings: Any, rates: Any) -> None:
    rates(read_address="1/min", read_key="2/min")
    paths = ["visualsearch.api.keys.KeyAuthentication", "rest_framework.authentication.SessionAuthentication"]
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "API_AUTHENTICATION": paths}
    keys = [APIKey.objects.create_key(name=name)[1] for name in "ab"]

    statuses = [
        client.get(STATUS, headers={"Authorization": f"Api-Key {key}"}).status_code for key in (*keys, *keys, *keys)
    ]
    client.force_login(User.objects.create_user("ada"))

    assert statuses == [200, 200, 200, 200, 429, 429]
    assert client.get(STATUS).status_code == 200


@pytest.mark.parametrize("path", [STATUS, "/api/v1/visual-search/schema/"])
@pytest.mark.parametrize("framework", [{}, {"NUM_PROXIES": None}, {"NUM_PROXIES": 0}])
def test_what_a_request_says_of_its_origin_is_not_believed(
    client: Client, settings: Any, rates: Any, path: str, framework: dict[str, Any]
) -> None:
    settings.REST_FRAMEWORK = {name: value for name, value in settings.REST_FRAMEWORK.items() if name != "NUM_PROXIES"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, **framework}
    rates(read_address="1/min")

    told = [client.get(path, headers={"X-Forwarded-For": f"203.0.113.{n}, 10.0.0.{n}"}).status_code for n in range(2)]

    assert told == [200, 429]


def test_what_the_proxies_say_is_believed_where_there_are_some(client: Client, settings: Any, rates: Any) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    rates(read_address="1/min")

    told = [client.get(STATUS, headers={"X-Forwarded-For": f"10.0.0.1, 203.0.113.{n}"}).status_code for n in (1, 2, 1)]

    assert told == [200, 200, 429]


@pytest.mark.parametrize(("count", "expected"), [(1, [201, 201]), (2, [201, 429]), (4, [429, 429])])
def test_events_of_one_call_are_counted_one_by_one(client: Client, rates: Any, count: int, expected: list[int]) -> None:
    rates(events_address="3/min")
    event = {"action_name": "view", "timestamp": "2026-01-01T00:00:00Z"}

    def send(count: int) -> int:
        body = {"events": [event] * count}
        return client.post("/api/v1/visual-search/events/", body, content_type="application/json").status_code

    assert [send(count) for _ in range(2)] == expected
    assert Event.objects.count() == count * expected.count(201)


def test_throttle_of_the_shops_own_counts_calls(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class OwnThrottle(AnonRateThrottle):
        rate = "1/min"

    monkeypatch.setattr(BatchView, "throttle_classes", [OwnThrottle])

    assert client.post("/api/v1/visual-search/batch/", {"searches": [{}]}, "application/json").status_code == 200


def test_every_scope_has_a_rate() -> None:
    for view in (BatchView, EventsView, SchemaView, SearchView, SimilarView, StatusView):
        assert RATES[f"visualsearch-{view.throttle_scope}-address"]
        assert RATES[f"visualsearch-{view.throttle_scope}-key"]
