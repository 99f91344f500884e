from __future__ import annotations

import pytest
from django.test import Client

from tests.drawing import draw
from tests.goods import add_product, sync_now

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
