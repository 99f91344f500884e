"""What variants of one thing share, read from an object and said to the database: one rule for results and counts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, F, Model, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from visualsearch.paths import fields_on, values_at

ALONE = "pk:"
"""What the group of an object that stands alone begins with."""


def group_at(obj: Model, path: str) -> str:
    """Return the group of an object: the value at the end of the path; without one, or an empty one, its own key.

    Where the path leads to an object of the same model, such as a parent, that one is in the group too.
    """
    own, is_parent = _alone(type(obj), path)
    found = next((str(value) for value in values_at(obj, path)), "") if path else ""
    alone = f"{ALONE}{getattr(obj, own)}"
    return alone if not found else f"{ALONE}{found}" if is_parent else found


def group_expression(model: type[Model], path: str) -> Any:
    """Return the same as an expression of the database, up to how it writes values."""
    own, is_parent = _alone(model, path)
    alone = Cast(own, CharField())
    found = NullIf(Cast(F(path), CharField()), Value("")) if path else None
    if is_parent:
        return Concat(Value(ALONE), Coalesce(found, alone))
    return Coalesce(found, Concat(Value(ALONE), alone)) if path else Concat(Value(ALONE), alone)


def _alone(model: type[Model], path: str) -> tuple[str, bool]:
    """Return the attribute by which an object alone is known, and whether the path leads to another of its model."""
    try:
        field = fields_on(model, path)[-1] if path else None
    except FieldDoesNotExist:  # an annotation, or an attribute
        field = None
    other = field.related_model if field is not None and field.many_to_one else None
    if field is None or other is None or "__" in path or not issubclass(model, other._meta.concrete_model):
        return "pk", False
    return field.target_field.attname, True
