from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.api.conftest import Search, photo
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import SearchRecord

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/visual-search/batch/"


def test_each_photo_has_its_answer_and_failures_stand_beside_successes(client: Client) -> None:
    product = add_product(draw("red"))
    sync_now()

    photos = [photo(), photo(b"no picture"), photo(draw("white"))]
    response = client.post(ADDRESS, {"photos": photos, "source": PRODUCTS, "limit": 5})

    found, broken, plain = response.json()["answers"]
    assert response.status_code == 200
    assert found["answer"]["results"][0]["product"]["key"] == product.sku
    assert (broken["status"], broken["answer"], broken["problem"]["type"]) == (400, None, "not-an-image")
    assert (plain["status"], plain["problem"]["type"]) == (422, "too-plain")
    assert SearchRecord.objects.count() == 1


def test_searches_of_json_have_options_of_their_own(ask: Search) -> None:
    product = add_product(draw("red"))
    sync_now()
    own = {"product": product.sku, "source": PRODUCTS}

    searches = [own, {**own, "box": "0,0,2,2"}, {"product": "none", "source": PRODUCTS}, "nonsense"]
    answers = ask("batch", searches=searches).json()["answers"]

    assert [answer["status"] for answer in answers] == [200, 400, 404, 400]
    assert answers[1]["problem"]["type"] == "bad-box"


@pytest.mark.parametrize("fields", [{}, {"searches": []}, {"searches": [{}] * 11}])
def test_no_photo_and_more_than_ten_are_refused(ask: Search, fields: dict[str, Any]) -> None:
    response = ask("batch", **fields)

    assert (response.status_code, response.json()["type"]) == (400, "bad-query")


def test_ten_photos_count_as_ten_requests(ask: Search, settings: Any) -> None:
    cache.clear()
    rates = {"visualsearch-search-address": "4/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    searches = [{"product": "none", "source": PRODUCTS}] * 3

    statuses = [ask("batch", searches=searches).status_code for _ in range(2)]

    assert statuses == [200, 429]
