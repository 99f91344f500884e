from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.test import Client

from catalog.models import Product
from catalog.visual_sources import ProductSource
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

    searches = [own, {**own, "box": "0,0,2,2"}, {"product": "none", "source": PRODUCTS}, "nonsense", None, [], own]
    answers = ask("batch", searches=searches).json()["answers"]

    assert [answer["status"] for answer in answers] == [200, 400, 404, 400, 400, 400, 200]
    assert answers[1]["problem"]["type"] == "bad-box"


def test_search_that_fails_for_an_unknown_reason_fails_alone(
    client: Client, ask: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    product = add_product(draw("red"))
    sync_now()
    monkeypatch.setattr("visualsearch.api.asking.object_of", _unless("broken"))
    heard: list[Any] = []
    got_request_exception.connect(lambda **kwargs: heard.append(kwargs["request"]), weak=False, dispatch_uid="heard")

    searches = [{"product": key, "source": PRODUCTS} for key in ("broken", product.sku)]
    broken, found = ask("batch", searches=searches).json()["answers"]
    got_request_exception.disconnect(dispatch_uid="heard")

    assert (broken["status"], broken["problem"]["type"]) == (500, "internal-error")
    assert found["status"] == 200
    assert len(heard) == 1


def test_batch_while_the_database_is_away_is_refused_in_whole(ask: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductSource, "get_object", _unless("broken", OperationalError))

    response = ask("batch", searches=[{"product": "broken", "source": PRODUCTS}])

    assert (response.status_code, response.json()["type"]) == (503, "unavailable")


def _unless(broken: str, error: type[Exception] = RuntimeError) -> Any:
    def get_object(source: ProductSource, key: str) -> Any:
        if key == broken:
            raise error("/secret/path")
        return Product.objects.get(sku=key)

    return get_object


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
