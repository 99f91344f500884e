from __future__ import annotations

from decimal import Decimal

import pytest

from tests.goods import PRODUCTS
from visualsearch.search.narrowing import LETTERS_MOST, Narrowing, unknown_names
from visualsearch.sources import get_source


def narrow(**values: str) -> Narrowing:
    return Narrowing(get_source(PRODUCTS), values)


def test_values_become_arguments_of_a_filter() -> None:
    narrowing = narrow(category=" Cups ", price_from="5", price_to="9.50", in_stock="yes")

    assert narrowing.keywords() == {
        "category__name": "Cups",
        "price__gte": Decimal("5"),
        "price__lte": Decimal("9.50"),
        "in_stock": True,
    }
    assert not narrowing.problems


@pytest.mark.parametrize(
    "values",
    [
        {"price_from": "cheap"},
        {"price_to": "NaN"},
        {"price_to": "Infinity"},
        {"price_from": "1e12"},
        {"price_from": "1e-20000"},
        {"price_to": "0e-16384"},
        {"price_to": "0e99999"},
        {"price_from": f"0.{'0' * 31}1"},
        {"in_stock": "perhaps"},
        {"category": "a\0b"},
        {"category": "\ud800"},
        {"category": "x" * (LETTERS_MOST + 1)},
    ],
)
def test_value_without_sense_is_left_out_and_named(values: dict[str, str]) -> None:
    narrowing = narrow(**values)

    assert narrowing.keywords() == {}
    assert list(narrowing.problems) == list(values)


@pytest.mark.parametrize("value", ["0.30000000000000004", "1e-07", "1E+8", "-0", "12"])
def test_number_as_programs_write_it_narrows(value: str) -> None:
    assert narrow(price_from=value).keywords() == {"price__gte": Decimal(value)}


def test_flag_that_is_off_narrows_nothing() -> None:
    narrowing = narrow(in_stock="0")

    assert (narrowing.keywords(), narrowing.problems) == ({}, {})


def test_names_of_no_filter_are_found() -> None:
    assert unknown_names(get_source(PRODUCTS), {"price_from": 1, "price": 1, "sku": 1}) == ["price", "sku"]
