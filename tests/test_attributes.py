from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Category, Product, ProductImage
from visualsearch import ChoiceFilter, FlagFilter, RangeFilter
from visualsearch.attributes import as_scalar, attributes_of, read_attributes
from visualsearch.indexes import Attribute


def test_fields_with_one_value_an_object_become_attributes_of_their_kind() -> None:
    filters = (
        ChoiceFilter("category", "Category", "category__name"),
        RangeFilter("price", "Price", "price"),
        FlagFilter("in_stock", "In stock", "in_stock"),
        ChoiceFilter("again", "Category", "category__name"),
    )

    assert attributes_of(Product, filters) == (
        Attribute("category__name", "text"),
        Attribute("price", "number"),
        Attribute("in_stock", "flag"),
    )


@pytest.mark.parametrize("path", ["images__position", "category__nothing", "nothing", "title__upper", "created__year"])
def test_path_to_many_objects_or_to_no_field_is_left_to_the_database(path: str) -> None:
    assert attributes_of(Product, [ChoiceFilter("one", "One", path)]) == ()


def test_path_over_a_foreign_key_ends_in_the_other_models_field() -> None:
    assert attributes_of(ProductImage, [RangeFilter("one", "One", "product__price")]) == (
        Attribute("product__price", "number"),
    )


@pytest.mark.django_db
def test_values_are_read_by_key_with_none_for_what_is_missing() -> None:
    shelf = Category.objects.create(name="Lamps", slug="lamps")
    lamp = Product.objects.create(sku="L", title="Lamp", price=Decimal("19.90"), category=shelf)
    loose = Product.objects.create(sku="O", title="Other", in_stock=False)
    attributes = [Attribute("category__name", "text"), Attribute("price", "number"), Attribute("in_stock", "flag")]

    assert read_attributes(Product.objects.all(), attributes) == {
        str(lamp.pk): {"category__name": "Lamps", "price": 19.9, "in_stock": True},
        str(loose.pk): {"category__name": None, "price": None, "in_stock": False},
    }


@pytest.mark.parametrize(
    ("value", "scalar"), [(Decimal("0.1"), 0.1), (3, 3.0), (True, True), ("red", "red"), (None, None), (2.5, 2.5)]
)
def test_scalars_are_text_float_flag_or_none(value: Any, scalar: Any) -> None:
    assert as_scalar(value) == scalar
    assert type(as_scalar(value)) is type(scalar)
