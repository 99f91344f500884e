"""From what a query asks for to the objects that may be answered."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Exists, OuterRef, QuerySet

from visualsearch.exceptions import InvalidQuery
from visualsearch.sources import VisualSource


def narrowed_objects(
    source: VisualSource, within: QuerySet[Any] | None, filters: dict[str, Any]
) -> QuerySet[Any] | None:
    """Return the objects that a query itself asks for, hidden ones among them; None when it narrows nothing.

    Raises InvalidQuery for a queryset or keywords of another model.
    """
    if within is None and not filters:
        return None
    model = source.model
    objects = model._base_manager.all() if within is None else within
    if not issubclass(objects.model, model):
        raise InvalidQuery(f"Expected a queryset of {model._meta.label}, got one of {objects.model._meta.label}.")
    if _is_closed(objects):
        objects = model._base_manager.filter(pk__in=objects.values("pk"))
    try:
        return objects.order_by().filter(**filters)
    except (FieldError, ValidationError, ValueError, TypeError) as error:
        raise InvalidQuery(f"These filters do not fit {model._meta.label}: {error}") from error


def allowed_objects(source: VisualSource, narrowed: QuerySet[Any] | None) -> QuerySet[Any]:
    """Return the objects that may be answered: those that the source shows and the query asks for."""
    shown = source.get_queryset()
    # Asked object by object: what a filter leaves may be most of the shop, and only the nearest are looked at.
    return shown if narrowed is None else shown.filter(Exists(narrowed.filter(pk=OuterRef("pk"))))


def _is_closed(objects: QuerySet[Any]) -> bool:
    """Tell whether a queryset takes no further filter: a slice, a union."""
    return objects.query.is_sliced or bool(objects.query.combinator)
