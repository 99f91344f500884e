"""What shoppers get while the engine of a shared index is down."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.shared.engine import EngineIndex, be_patient_no_more
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Matches

pytestmark = pytest.mark.django_db


def fall_back_to(settings: Any, name: str) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "FALLBACK_INDEX": name}


def test_search_is_refused_with_the_reason_where_there_is_no_fallback() -> None:
    add_product(draw("red"))
    sync_now()
    EngineIndex.is_down = True

    with pytest.raises(IndexUnavailable, match="start it"):
        found(draw("red"))


def test_api_says_503_where_there_is_no_fallback(client: Client) -> None:
    EngineIndex.is_down = True

    answer = client.post("/api/v1/visual-search/", {"photo": _file(), "source": PRODUCTS})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (503, "index-not-ready")


@pytest.mark.parametrize("name", ["exact", "faiss"])
def test_fallback_answers_at_once_and_the_shared_index_again_when_it_is_back(
    settings: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fall_back_to(settings, name)
    products = [add_product(draw_mosaic(n)) for n in range(3)]
    sync_now()
    EngineIndex.is_down = True
    late = add_product(draw_mosaic(3))
    sync_now()

    assert found(draw_mosaic(3), limit=1) == [late.sku]
    assert found(draw_mosaic(0), limit=1) == [products[0].sku]

    EngineIndex.is_down = False
    EngineIndex.asked.clear()
    found(draw_mosaic(0), limit=1)
    assert EngineIndex.asked == [], "it is left alone for a moment"

    be_patient_no_more()
    found(draw_mosaic(0), limit=1)
    assert EngineIndex.asked == ["everything"]


def test_fallback_goes_on_with_a_search_that_has_begun(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fall_back_to(settings, "exact")
    products = [add_product(draw_mosaic(n), price=n) for n in range(5)]
    sync_now()

    def fail(*args: Any) -> Matches:
        raise IndexUnavailable("It was cut off.")

    monkeypatch.setattr(EngineIndex, "search_where", fail)

    expected = {product.sku for product in products[2:]}
    assert set(found(draw_mosaic(0), filters={"price__gte": 2})) == expected


def test_fallback_that_fails_itself_is_not_asked_for_ever(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fall_back_to(settings, "exact")

    def fail(*args: Any) -> Matches:
        raise IndexUnavailable("This one, too.")

    monkeypatch.setattr("visualsearch.indexes.exact.ExactIndex.search", fail)
    EngineIndex.is_down = True

    with pytest.raises(IndexUnavailable, match="too"):
        found(draw("red"))


def _file() -> Any:
    return SimpleUploadedFile("photo.png", draw("red"), "image/png")
