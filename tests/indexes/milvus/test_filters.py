from __future__ import annotations

import json

import pytest

from tests.indexes.journal import ATTRIBUTES
from visualsearch.exceptions import InvalidQuery
from visualsearch.indexes import Attribute, Condition
from visualsearch.indexes.milvus import filters
from visualsearch.indexes.milvus.layout import field_of

COLOUR, PRICE, IN_STOCK = map(field_of, ATTRIBUTES)


def written(path, lookup, value):
    return filters.with_conditions("shop == 1", ATTRIBUTES, (Condition(path, lookup, value),))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("colour", "exact", "red"), f'{COLOUR} == "red"'),
        (("colour", "exact", 'a" or 1 == 1 or "'), f'{COLOUR} == "a\\" or 1 == 1 or \\""'),
        (("colour", "exact", "back\\"), f'{COLOUR} == "back\\\\"'),
        (("colour", "exact", "grün ☃"), f'{COLOUR} == "grün ☃"'),
        (("price", "gte", 5), f"{PRICE} >= 5.0"),
        (("price", "lte", -0.5), f"{PRICE} <= -0.5"),
        (("price", "exact", 1e-7), f"{PRICE} == 0.0000001"),
        (("price", "gte", 1e22), f"{PRICE} >= 10000000000000000000000"),
        (("in_stock", "exact", True), f"{IN_STOCK} == true"),
        (("in_stock", "exact", False), f"{IN_STOCK} == false"),
    ],
)
def test_condition_is_written_with_its_value_as_a_literal(condition, expected):
    assert written(*condition) == f"shop == 1 and {expected}"


@pytest.mark.parametrize(
    "condition",
    [
        ("weight", "lte", 3),
        ("colour == 1 or colour", "exact", "red"),
        ("colour", "exact", 3),
        ("colour", "exact", True),
        ("colour", "gte", "red"),
        ("colour", "icontains", "red"),
        ("price", "exact", "5 or 1 == 1"),
        ("price", "gte", True),
        ("price", "gte", float("nan")),
        ("price", "gte", float("inf")),
        ("price", "gte", None),
        ("in_stock", "exact", 1),
        ("in_stock", "exact", "true"),
        ("in_stock", "gte", True),
    ],
)
def test_condition_that_does_not_fit_is_refused(condition):
    with pytest.raises(InvalidQuery, match=r"\.$"):
        written(*condition)


@pytest.mark.parametrize("text", ["line\nbreak", "tab\t", "\x00", "\u2028", "\ud800", "x" * 513, "ü" * 257])
def test_text_that_is_long_or_cannot_be_printed_is_compared_by_its_digest(text):
    literal = written("colour", "exact", text).rpartition(" == ")[2]

    assert json.loads(literal).startswith("blake2b:")
    assert literal != written("colour", "exact", f"{text}!").rpartition(" == ")[2]


def test_keys_are_written_as_literals():
    assert filters.is_key(['a"/1', "b/2"]) == 'id in ["a\\"/1", "b/2"]'


def test_fields_of_attributes_are_names_that_milvus_takes_and_never_the_same():
    paths = ["category__name", "category___name", "größe", "a b", "1", "x" * 300, 'a" or 1 == 1']

    fields = {field_of(Attribute(path, kind)) for path in paths for kind in ("text", "number")}

    assert len(fields) == 2 * len(paths)
    assert all(name.isascii() and name.isidentifier() and len(name) < 256 for name in fields)
