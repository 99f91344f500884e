from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import Search
from visualsearch.models import Event

pytestmark = pytest.mark.django_db
CLICK = {
    "action_name": "click",
    "query_id": "7d0c3a56-6f0e-4c0e-9c8c-1f4a52a4a8f1",
    "timestamp": "2026-11-25T08:00:00Z",
    "event_attributes": {"object": {"object_id": "MUG-1", "object_id_field": "sku"}, "position": {"ordinal": 3}},
}


def test_events_are_stored_in_the_names_of_user_behavior_insights(ask: Search) -> None:
    response = ask("events", events=[CLICK, {"action_name": "purchase", "timestamp": "2026-11-25T08:00:00Z"}])

    event = Event.objects.earliest("pk")
    assert (response.status_code, response.json()) == (201, {"stored": 2})
    assert (event.action_name, event.object_id, event.object_id_field, event.ordinal) == ("click", "MUG-1", "sku", 3)
    assert str(event.query_id) == CLICK["query_id"]


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{}],
        [CLICK] * 101,
        [{**CLICK, "action_name": "x" * 101}],
        [{**CLICK, "message": "x" * 1001}],
        [{**CLICK, "query_id": "x"}],
        [{**CLICK, "timestamp": "yesterday"}],
        [{**CLICK, "timestamp": "9999-12-31T23:59:59-12:00"}],
        [{**CLICK, "timestamp": "0001-01-01T00:00:00+12:00"}],
        [{**CLICK, "event_attributes": {"position": {"ordinal": 0}}}],
        "nonsense",
    ],
)
def test_events_of_another_form_are_refused_all_together(ask: Search, events: Any) -> None:
    response = ask("events", events=events)

    assert (response.status_code, response.json()["type"]) == (400, "bad-query")
    assert not Event.objects.exists()


def test_staff_reads_the_events_page_by_page(ask: Search, client: Client) -> None:
    for _ in range(2):
        ask("events", events=[CLICK] * 60)
    address = "/api/v1/visual-search/events/"

    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_user("ada", is_staff=True))
    first = client.get(address).json()
    second = client.get(first["next"]).json()

    assert (len(first["results"]), len(second["results"])) == (100, 20)
    assert first["results"][0]["event_attributes"] == CLICK["event_attributes"]
