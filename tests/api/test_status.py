from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.drawing import draw
from tests.goods import add_product, sync_now
from visualsearch.models import SyncRequest
from visualsearch.sync import lag_seconds

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/visual-search/status/"


def test_status_says_what_there_is_and_how_far_the_index_is_behind(client: Client) -> None:
    add_product(draw("red"))
    waiting = client.get(ADDRESS).json()
    sync_now()
    done = client.get(ADDRESS).json()

    assert (waiting["ready"], done["ready"]) == (False, True)
    assert waiting["index"]["lag_ms"] > 0
    assert done["index"] == {"revision": 1, "lag_ms": 0}
    products = next(source for source in done["sources"] if source["name"] == "catalog.product")
    assert products["pictures"] == 1
    assert {part["name"]: part["kind"] for part in products["filters"]}["price"] == "range"
    assert done["limits"]["photos"] == 10


def test_api_and_supervisors_are_told_of_the_same_lag(client: Client) -> None:
    add_product(draw("red"))
    hour_ago = timezone.now() - timedelta(hours=1)
    SyncRequest.objects.update(created=hour_ago)
    assert client.get(ADDRESS).json()["index"]["lag_ms"] == pytest.approx(1000 * lag_seconds(), abs=5000)

    for later in ({"due": timezone.now() + timedelta(minutes=1)}, {"attempts": 1}):
        SyncRequest.objects.update(attempts=0, due=hour_ago)
        assert lag_seconds() > 3000
        SyncRequest.objects.update(**later)
        assert (client.get(ADDRESS).json()["index"]["lag_ms"], lag_seconds()) == (0, 0.0)
