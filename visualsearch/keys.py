"""The keys that rows hold of objects and of their pictures: how long they may be, and which objects they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import IntegerField, Model, QuerySet

KEY_MOST = 255
"""Letters of a key: MySQL's indexes hold no two longer ones beside the names of source and embedder."""


def with_keys(objects: QuerySet[Any], keys: Iterable[str]) -> QuerySet[Any]:
    """Return those of the objects whose primary keys, as text, are these.

    No object has a key that is none of its model's: rows may be older than the model's kind of key, and addresses are
    written by strangers.
    """
    values = (key_value(objects.model, key, using=objects.db) for key in keys)
    return objects.filter(pk__in=[value for value in values if value is not None])


def key_value(model: type[Model], key: str, *, using: str) -> Any:
    """Return the primary key that a text stands for, None where the model can have no such key."""
    field: Any = model._meta.pk
    while field.remote_field:
        field = field.target_field
    try:
        value = None if "\0" in key else field.to_python(key)
    except (ValidationError, TypeError, ValueError, ArithmeticError):
        return None
    return value if _fits(field, value, using) else None


def _fits(field: Any, value: Any, using: str) -> bool:
    """Tell whether a number is one that the database can compare with; not every driver takes a longer one."""
    if not isinstance(field, IntegerField) or value is None:
        return True
    low, high = connections[using].ops.integer_field_range(field.get_internal_type())
    return bool((low is None or value >= low) and (high is None or value <= high))
