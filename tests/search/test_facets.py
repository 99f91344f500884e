from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Category, Product
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.search import PhotoQuery, find_similar
from visualsearch.search.facets import Facet, get_facets, objects_near
from visualsearch.search.narrowing import Narrowing
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db


def narrow(**values: str) -> Narrowing:
    return Narrowing(get_source(PRODUCTS), values)


def facets_of(near: list[Any] | None = None, **values: str) -> dict[str, Facet]:
    found = get_facets(narrow(**values), list(Product.objects.all()) if near is None else near)
    return {facet.filter.name: facet for facet in found}


def counts(facet: Facet) -> dict[str, int]:
    return {value.label: value.count for value in facet.values}


@pytest.fixture
def shop() -> None:
    cups, rugs = (Category.objects.create(name=name, slug=name.lower()) for name in ("Cups", "Rugs"))
    for price in (10, 20, 30):
        add_product(category=cups, price=price, group="cup" if price < 30 else "")
    for price in (400, 500):
        add_product(category=rugs, price=price, in_stock=False)


@pytest.mark.usefixtures("shop")
def test_variants_of_one_thing_count_once() -> None:
    assert counts(facets_of()["category"]) == {"Cups": 2, "Rugs": 2}


@pytest.mark.usefixtures("shop")
def test_count_is_what_choosing_it_beside_the_other_filters_would_leave() -> None:
    facets = facets_of(category="Cups", price_from="25")

    assert counts(facets["category"]) == {"Cups": 1, "Rugs": 2}
    assert [value.is_on for value in facets["category"].values] == [True, False]


@pytest.mark.usefixtures("shop")
def test_ranges_of_prices_leave_what_they_say() -> None:
    for value in facets_of()["price"].values:
        left = Product.objects.filter(**narrow(**value.params).keywords())

        assert value.count == len({product.group or product.pk for product in left})


@pytest.mark.usefixtures("shop")
def test_every_price_is_in_a_range() -> None:
    values = facets_of()["price"].values
    reached = [Product.objects.filter(**narrow(**value.params).keywords()) for value in values]

    assert {product.pk for left in reached for product in left} == set(Product.objects.values_list("pk", flat=True))


@pytest.mark.usefixtures("shop")
def test_one_price_alone_makes_no_ranges() -> None:
    assert "price" not in facets_of(near=[Product.objects.all()[0]])


@pytest.mark.usefixtures("shop")
def test_flag_counts_the_objects_that_have_it() -> None:
    assert [value.count for value in facets_of()["in_stock"].values] == [2]


def test_hidden_object_counts_nowhere() -> None:
    cups = Category.objects.create(name="Cups", slug="cups")
    add_product(category=cups)
    add_product(category=cups, is_active=False)

    assert counts(facets_of()["category"]) == {"Cups": 1}


def test_chosen_value_leaves_the_others_to_be_chosen_too() -> None:
    for name, colour in (("Cups", "red"), ("Rugs", "darkred")):
        add_product(draw(colour), category=Category.objects.create(name=name, slug=name.lower()))
    sync_now()
    narrowing = narrow(category="Cups")
    answer = find_similar(PhotoQuery(photo=draw("red"), source=PRODUCTS, filters=narrowing.keywords()))

    near = objects_near(answer, narrowing)

    assert len(answer) == 1
    assert {product.category.name for product in near} == {"Cups", "Rugs"}
