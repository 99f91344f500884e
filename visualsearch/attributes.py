"""From the filters that a source declares to what a shared index keeps beside each vector, to narrow by it itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from visualsearch.indexes.base import Attribute, Scalar
from visualsearch.paths import fields_on
from visualsearch.presenting import Filter

_KINDS: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (models.BooleanField, "flag"),
    (models.CharField, "text"),
    (models.TextField, "text"),
    (models.IntegerField, "number"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
)


def attributes_of(model: type[models.Model], filters: Iterable[Filter]) -> tuple[Attribute, ...]:
    """Return an attribute for each filter whose field has one value an object; others are asked of the database."""
    found = {part.field: _kind(model, part.field) for part in filters}
    return tuple(Attribute(path, kind) for path, kind in found.items() if kind)


def read_attributes(objects: models.QuerySet[Any], attributes: Sequence[Attribute]) -> dict[str, dict[str, Scalar]]:
    """Return the values of these objects by their keys, each by the attribute's path."""
    paths = [attribute.path for attribute in attributes]
    return {
        str(row["pk"]): {path: as_scalar(row[path]) for path in paths}
        for row in objects.order_by().values("pk", *paths)
    }


def as_scalar(value: Any) -> Scalar:
    """Return a value of a field as JSON and an index hold it."""
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


def _kind(model: type[models.Model], path: str) -> Any:
    """Return the kind of value that a path ends in, None where it is no such field or leads to many objects."""
    try:
        *steps, last = fields_on(model, path)
    except FieldDoesNotExist:
        return None
    if not all((field.many_to_one or field.one_to_one) and field.concrete for field in steps):
        return None
    return next((kind for kinds, kind in _KINDS if isinstance(last, kinds)), None)
