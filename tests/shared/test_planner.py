"""However a filter is answered, by the index or by the database, the answer is the same and whole."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Category, Product
from tests.drawing import draw_mosaic
from tests.goods import add_product, found, sync_now
from tests.shared.engine import EngineIndex
from visualsearch.models import Embedding

pytestmark = pytest.mark.django_db
FILTERS: list[dict[str, Any]] = [
    {},
    {"price__gte": 3},
    {"price__gte": 4, "price__lte": 9},
    {"in_stock": True, "price__lte": 6},
    {"category__name": "Chairs"},
    {"category__name__exact": "Chairs", "in_stock": False},
    {"category__name": 'Chairs" or "1" == "1'},
    {"sku__startswith": "T"},
    {"title__contains": "1", "in_stock": True},
    {"price__in": [2, 3, 11]},
]


@pytest.fixture
def goods() -> list[Product]:
    shelves = [Category.objects.create(name=name, slug=name.lower()) for name in ("Chairs", "Lamps")]
    products = [
        add_product(draw_mosaic(n), price=n, in_stock=bool(n % 3), category=shelves[n % 2], sku=f"T{n}")
        for n in range(12)
    ]
    sync_now()
    return products


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("limit", [2, 12])
def test_shared_index_answers_as_exact_search_does(
    goods: list[Product], settings: Any, filters: dict[str, Any], limit: int
) -> None:
    ours = found(draw_mosaic(5), filters=filters, limit=limit)

    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}

    assert ours == found(draw_mosaic(5), filters=filters, limit=limit)
    assert len(ours) == min(limit, Product.objects.filter(**filters).count())


def test_declared_filters_are_left_to_the_index(goods: list[Product]) -> None:
    found(draw_mosaic(5), filters={"price__gte": 3, "in_stock": True}, limit=2)

    assert EngineIndex.asked == ["conditions"]


def test_filter_that_is_not_declared_is_checked_in_the_database(goods: list[Product]) -> None:
    found(draw_mosaic(5), filters={"sku__startswith": "T"}, limit=2)

    assert EngineIndex.asked == ["everything"]


def test_few_allowed_rows_are_compared_as_the_database_holds_them(goods: list[Product], monkeypatch: Any) -> None:
    monkeypatch.setattr("visualsearch.search.candidates.MOST_CHECKED", 0)

    assert found(draw_mosaic(5), within=Product.objects.filter(sku__in=["T1", "T2"])) == found(
        draw_mosaic(5), filters={"sku__in": ["T1", "T2"]}
    )
    assert "ids" not in EngineIndex.asked


def test_many_allowed_rows_are_sent_to_the_index(goods: list[Product], monkeypatch: Any) -> None:
    monkeypatch.setattr("visualsearch.search.candidates.MOST_CHECKED", 0)
    monkeypatch.setattr("visualsearch.search.candidates.MOST_STORED", 1)

    assert len(found(draw_mosaic(5), within=Product.objects.filter(sku__in=["T1", "T2"]))) == 2
    assert "ids" in EngineIndex.asked


def test_values_that_the_index_does_not_know_yet_lose_no_result(goods: list[Product]) -> None:
    EngineIndex.is_down = True
    Product.objects.filter(sku="T4").update(price=100)
    EngineIndex.is_down = False

    assert found(draw_mosaic(5), filters={"price__gte": 50}) == ["T4"]


def test_object_that_no_longer_fits_is_not_answered_though_the_index_says_so(goods: list[Product]) -> None:
    Product.objects.filter(sku="T4").update(price=100)

    assert "T4" not in found(draw_mosaic(4), filters={"price__lte": 50}, limit=12)


def test_row_removed_after_the_last_publishing_is_not_answered(goods: list[Product]) -> None:
    EngineIndex.is_down = True
    goods[3].delete()
    sync_now()
    EngineIndex.is_down = False
    assert Embedding.objects.filter(state="removed").count() == 1

    assert len(found(draw_mosaic(3), limit=12)) == 11
