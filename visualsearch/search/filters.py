"""From what a query asks for to the objects that may be answered."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Exists, OuterRef, QuerySet

from visualsearch.exceptions import InvalidQuery
from visualsearch.sources import VisualSource

logger = logging.getLogger(__name__)


def narrowed_objects(
    source: VisualSource, within: QuerySet[Any] | None, filters: dict[str, Any]
) -> QuerySet[Any] | None:
    """Return the objects that a query itself asks for, hidden ones among them; None when it narrows nothing.

    Raises InvalidQuery for a queryset or keywords of another model.
    """
    if within is None and not filters:
        return None
    model = source.model
    if within is not None and not issubclass(within.model, model):
        raise InvalidQuery(f"Expected a queryset of {model._meta.label}, got one of {within.model._meta.label}.")
    objects = _base(source, filters, within)
    try:
        return objects.order_by().filter(**filters)
    except (FieldError, ValidationError, ValueError, TypeError) as error:
        # What Django says of it names the fields of the model, which is for the shop's people alone.
        logger.info("These filters do not fit %s: %s", model._meta.label, error)
        raise InvalidQuery("These filters do not fit the shop's objects: a name or a value is wrong.") from error


def _base(source: VisualSource, filters: dict[str, Any], within: QuerySet[Any] | None) -> QuerySet[Any]:
    """Return what the filters narrow: the source's own queryset where they speak of its annotations."""
    base = source.model._base_manager.all()
    shown = source.get_queryset()
    if {keyword.partition("__")[0] for keyword in filters} & set(shown.query.annotations):
        base = shown
    elif within is not None and not _is_closed(within):
        return within
    return base if within is None else base.filter(pk__in=within.values("pk"))


def allowed_objects(source: VisualSource, narrowed: QuerySet[Any] | None) -> QuerySet[Any]:
    """Return the objects that may be answered: those that the source shows and the query asks for."""
    shown = source.get_queryset()
    # Asked object by object: what a filter leaves may be most of the shop, and only the nearest are looked at.
    return shown if narrowed is None else shown.filter(Exists(narrowed.filter(pk=OuterRef("pk"))))


def _is_closed(objects: QuerySet[Any]) -> bool:
    """Tell whether a queryset takes no further filter: a slice, a union."""
    return objects.query.is_sliced or bool(objects.query.combinator)
