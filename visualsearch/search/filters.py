"""Which objects may be answered: the source's own queryset, narrowed by the query."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import QuerySet

from visualsearch.exceptions import InvalidQuery
from visualsearch.search.query import PhotoQuery
from visualsearch.sources import VisualSource


def allowed_objects(source: VisualSource, query: PhotoQuery) -> QuerySet[Any]:
    """Return the objects that may be answered; raises InvalidQuery for a queryset or keywords of another model."""
    allowed = source.get_queryset()
    if query.within is not None:
        if not issubclass(query.within.model, source.model):
            raise InvalidQuery(
                f"Expected a queryset of {source.model._meta.label}, got one of {query.within.model._meta.label}."
            )
        allowed = allowed.filter(pk__in=query.within.order_by().values("pk"))
    try:
        return allowed.filter(**query.filters)
    except (FieldError, ValidationError, ValueError, TypeError) as error:
        raise InvalidQuery(f"These filters do not fit {source.model._meta.label}: {error}") from error


def is_filtered(query: PhotoQuery) -> bool:
    """Tell whether the query narrows the source's own queryset."""
    return query.within is not None or bool(query.filters)
