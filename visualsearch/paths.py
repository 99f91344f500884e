"""From a path of fields, as in `QuerySet.filter`, to the fields that it leads over and the values at its end."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import F, Model, QuerySet
from django.db.models.manager import BaseManager


def fields_on(model: type[Model], path: str) -> list[Any]:
    """Return the field of each step, relations of other models among them; raises FieldDoesNotExist.

    A relation of another model goes by the name that queries know it by, or by that of its attribute: `image_set`.
    """
    found: list[Any] = []
    for name in path.split("__"):
        if model is None:
            raise FieldDoesNotExist(f"'{path}' goes on behind the end of {found[-1]}.")
        field = _field(model, name)
        found.append(field)
        model = field.related_model
    return found


def as_query_path(fields: list[Any]) -> str:
    """Return the path of these fields as queries know it."""
    return "__".join(field.name for field in fields)


def output_of(objects: QuerySet[Any], path: str) -> Any:
    """Return the field that a path ends in, also of an annotation or a transform; raises FieldError for none."""
    expression: Any = F(path).resolve_expression(objects.query.clone())
    return expression.output_field


def end_of(objects: QuerySet[Any], path: str) -> Any:
    """Return the field or relation that a path ends in, an annotation's among them; raises FieldError for none."""
    try:
        return fields_on(objects.model, path)[-1]
    except FieldDoesNotExist:
        return output_of(objects, path)


def is_many(model: type[Model], path: str) -> bool:
    """Tell whether a path may lead to several values of one object."""
    try:
        return any(field.one_to_many or field.many_to_many for field in fields_on(model, path))
    except FieldDoesNotExist:  # an annotation has one
        return False


def values_at(obj: Any, path: str) -> list[Any]:
    """Return the values at the end of a path from an object, those of its annotations among them; None is none.

    An object at the end stands for its key, which is read without asking the database for the object.
    """
    *steps, last = path.split("__")
    found = [obj]
    for name in steps:
        found = [value for one in found for value in _step(one, name)]
    return [value.pk if isinstance(value, Model) else value for one in found for value in _step(one, last, end=True)]


def _step(one: Any, name: str, *, end: bool = False) -> list[Any]:
    if isinstance(one, dict):  # of a JSONField
        value = one.get(name)
    else:
        try:
            value = getattr(one, _attribute(type(one), name, end=end), None)
        except ObjectDoesNotExist:
            return []
    if isinstance(value, BaseManager):
        return list(value.all())
    return [] if value is None else [value]


def _attribute(kind: type[Any], name: str, *, end: bool) -> str:
    try:
        field = _field(kind, name) if issubclass(kind, Model) else None
    except FieldDoesNotExist:
        field = None
    if field is None:
        return name
    if not hasattr(field, "attname"):
        return str(getattr(field, "get_accessor_name", lambda: name)())
    return str(field.attname if end and not field.many_to_many else field.name)


def _field(model: type[Model], name: str) -> Any:
    if name == "pk":
        return model._meta.pk
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        for relation in model._meta.related_objects:
            if relation.get_accessor_name() == name:
                return relation
        raise
