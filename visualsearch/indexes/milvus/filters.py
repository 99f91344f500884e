"""From checked values to the text of Milvus filters: nothing that a shopper wrote gets there unquoted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from visualsearch.exceptions import InvalidQuery
from visualsearch.indexes.base import Attribute, Condition
from visualsearch.indexes.milvus.layout import field_of, partition_of, stored

_OPERATORS = {"exact": "==", "gte": ">=", "lte": "<="}


def of_shop(shop: str) -> str:
    """Return the filter for a shop's rows."""
    return f"shop == {quoted(partition_of(shop))}"


def with_conditions(base: str, attributes: Iterable[Attribute], conditions: Iterable[Condition]) -> str:
    """Return a filter for which all conditions hold too; raises InvalidQuery for one that cannot be asked."""
    known = {attribute.path: attribute for attribute in attributes}
    return " and ".join([base, *(_condition(known, condition) for condition in conditions)])


def with_keys(base: str, keys: Iterable[str]) -> str:
    """Return a filter for these primary keys alone."""
    return f"{base} and {is_key(keys)}"


def is_key(keys: Iterable[str]) -> str:
    """Return the filter for these primary keys, as a deletion is asked for."""
    return f"id in [{', '.join(map(quoted, keys))}]"


def after_key(base: str, key: str) -> str:
    """Return a filter for the primary keys past one."""
    return f"{base} and id > {quoted(key)}" if key else base


def quoted(text: str) -> str:
    """Return the text as a literal."""
    return json.dumps(text, ensure_ascii=False)


def _condition(known: dict[str, Attribute], condition: Condition) -> str:
    attribute = known.get(condition.path)
    if attribute is None:
        names = ", ".join(known) or "none"
        raise InvalidQuery(f"{condition.path!r} is no attribute of this source; there are: {names}.")
    value = stored(attribute, condition.value)
    operator = _OPERATORS.get(condition.lookup)
    if value is None or operator is None or (operator != "==" and attribute.kind != "number"):
        raise InvalidQuery(f"{condition.path} is a {attribute.kind}: {condition.lookup} {condition.value!r} is none.")
    return f"{field_of(attribute)} {operator} {_literal(value)}"


def _literal(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # Without an exponent, which not every engine reads.
    return quoted(value) if isinstance(value, str) else f"{Decimal(repr(value)):f}"
