"""What a shop changes by subclassing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import BaseThrottle

from catalog.filters import ProductFilter
from catalog.models import Category, Product
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.api.answers import ResultSerializer
from visualsearch.api.views import SearchView
from visualsearch.sources import VisualSource

pytestmark = pytest.mark.django_db


class ShopProductSerializer(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ("sku", "price", "currency")


class ShopResultSerializer(ResultSerializer):
    product = ShopProductSerializer(source="object")  # type: ignore[assignment]


class ShopSearchView(SearchView):
    result_serializer_class = ShopResultSerializer

    def get_within(self, source: VisualSource) -> QuerySet[Any]:
        return Product.objects.filter(price__lt=50)


class FilteringView(SearchView):
    def get_within(self, source: VisualSource) -> QuerySet[Any]:
        found: QuerySet[Any] = ProductFilter(self.request.query_params, queryset=source.get_queryset()).qs
        return found


class Never(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        return False


def search(view: type[SearchView], query: str = "", **fields: Any) -> Any:
    photo = SimpleUploadedFile("photo.png", draw("red"))
    request = APIRequestFactory().post(f"/{query}", {"photo": photo, "source": PRODUCTS, **fields})
    return view.as_view()(request)


def test_product_is_written_by_the_serializer_of_the_shop_and_chosen_among_its_own_objects() -> None:
    add_product(draw("red"), sku="dear", price=90)
    add_product(draw("red"), sku="cheap", price=10)
    sync_now()

    results = search(ShopSearchView).data["results"]

    assert [dict(result["product"]) for result in results] == [{"sku": "cheap", "price": "10.00", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("query", "fields", "found"),
    [
        ("", {}, {"cup", "dear", "gone", "rug"}),
        ("?price_to=50", {}, {"cup", "gone", "rug"}),
        ("?price_to=50&in_stock=on", {}, {"cup", "rug"}),
        ("?q=red+cup&order=-price", {}, {"cup", "dear", "gone"}),
        ("?category=home", {}, {"cup", "rug"}),
        ("?category=cups&price_to=nonsense", {}, {"cup"}),
        ("?category=cups", {"filters": '{"price_to": 5}'}, set()),
        ("?price_to=50", {"filters": '{"in_stock": true}'}, {"cup", "rug"}),
    ],
)
def test_filters_of_django_filter_narrow_the_search_beside_those_of_the_api(
    query: str, fields: dict[str, str], found: set[str]
) -> None:
    home = Category.objects.create(name="Home", slug="home")
    cups = Category.objects.create(name="Cups", slug="cups", parent=home)
    add_product(draw("red"), sku="cup", title="Red cup", price=10, category=cups)
    add_product(draw("red"), sku="dear", title="Red cup", price=90)
    add_product(draw("red"), sku="gone", title="Red cup", price=20, in_stock=False)
    add_product(draw("blue"), sku="rug", title="Rug", price=30, category=home)
    sync_now()

    data = search(FilteringView, query, **fields).data

    assert {result["product"]["key"] for result in data["results"]} == found


def test_permissions_and_throttles_are_class_attributes_too() -> None:
    closed = type("Closed", (SearchView,), {"permission_classes": [IsAuthenticated]})
    busy = type("Busy", (SearchView,), {"throttle_classes": [Never]})

    assert search(closed).status_code == 403
    assert search(busy).status_code == 429


def test_classes_of_a_subclass_go_before_those_of_the_settings(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "API_PERMISSIONS": ["rest_framework.permissions.AllowAny"]}
    closed = type("Closed", (SearchView,), {"permission_classes": [IsAuthenticated]})

    assert search(SearchView).status_code == 200
    assert search(closed).status_code == 403
