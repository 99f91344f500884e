from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from visualsearch.indexes import Attribute, Condition
from visualsearch.search.conditions import conditions_of

ATTRIBUTES = (Attribute("category__name", "text"), Attribute("price", "number"), Attribute("in_stock", "flag"))


def test_declared_filters_become_conditions() -> None:
    filters = {"category__name": "Lamps", "price__gte": Decimal("2.50"), "price__lte": 9, "in_stock": True}

    assert conditions_of(ATTRIBUTES, filters) == (
        Condition("category__name", "exact", "Lamps"),
        Condition("price", "gte", 2.5),
        Condition("price", "lte", 9.0),
        Condition("in_stock", "exact", True),
    )


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"title": "Lamp"},
        {"price__gte": 3, "title": "Lamp"},
        {"price__in": [1, 2]},
        {"price__gt": 3},
        {"price": "3"},
        {"price__gte": True},
        {"category__name__gte": "A"},
        {"category__name__iexact": "lamps"},
        {"category__name": None},
        {"in_stock": 1},
        {"in_stock__gte": True},
    ],
    ids=str,
)
def test_anything_else_is_left_to_the_database(filters: dict[str, Any]) -> None:
    assert conditions_of(ATTRIBUTES, filters) is None


def test_exact_may_be_written_out() -> None:
    assert conditions_of(ATTRIBUTES, {"price__exact": 3}) == (Condition("price", "exact", 3.0),)
