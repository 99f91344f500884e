"""From the filters of a query to conditions that an index with attributes can check itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from visualsearch.attributes import as_scalar
from visualsearch.indexes.base import Attribute, Condition

_TYPES: dict[str, type] = {"text": str, "number": float, "flag": bool}


def conditions_of(attributes: Iterable[Attribute], filters: Mapping[str, Any]) -> tuple[Condition, ...] | None:
    """Return the filters as conditions on these attributes; None where not every one of them can be said so."""
    kinds = {attribute.path: attribute.kind for attribute in attributes}
    found = [_condition(kinds, keyword, value) for keyword, value in filters.items()]
    return tuple(one for one in found if one) if found and all(found) else None


def _condition(kinds: Mapping[str, str], keyword: str, value: Any) -> Condition | None:
    path, lookup = _split(kinds, keyword)
    kind, scalar = kinds.get(path), as_scalar(value)
    if kind is None or scalar is None or type(scalar) is not _TYPES[kind] or (lookup != "exact" and kind != "number"):
        return None
    return Condition(path, lookup, scalar)


def _split(kinds: Mapping[str, str], keyword: str) -> tuple[str, Literal["exact", "gte", "lte"]]:
    path, _, last = keyword.rpartition("__")
    if path in kinds and last in ("exact", "gte", "lte"):
        return path, cast(Literal["exact", "gte", "lte"], last)
    return keyword, "exact"
