from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework_api_key.models import APIKey

from visualsearch.api.throttling import RATES
from visualsearch.api.views import BatchView, EventsView, SearchView, SimilarView, StatusView

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


def test_every_scope_has_a_rate() -> None:
    for view in (BatchView, EventsView, SearchView, SimilarView, StatusView):
        assert RATES[f"visualsearch-{view.throttle_scope}-address"]
        assert RATES[f"visualsearch-{view.throttle_scope}-key"]
