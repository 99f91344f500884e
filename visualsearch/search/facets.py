"""From the objects near a photo to the values that a search can be narrowed to, each with what it would leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from visualsearch.conf import get_settings
from visualsearch.keys import with_keys
from visualsearch.paths import end_of, values_at
from visualsearch.presenting import ChoiceFilter, Filter, FlagFilter, RangeFilter, names_of
from visualsearch.search.narrowing import Narrowing
from visualsearch.search.pipeline import find_similar
from visualsearch.search.query import PhotoQuery
from visualsearch.search.results import Answer
from visualsearch.sources import VisualSource
from visualsearch.sources.groups import group_expression

VALUES_MOST = 8
"""Of one filter."""

NEAR = 60
"""Results whose values are offered."""

_PARTS = 4
"""Ranges of one filter, each with about as many of the near objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value, or a range, that may be chosen."""

    label: str
    params: dict[str, str]
    """What choosing it gives for the filter's names."""
    count: int
    """Results that it would leave in the whole shop, with the other filters as they are: variants count once."""
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One filter with the values that it may take here."""

    filter: Filter
    values: tuple[FacetValue, ...]


def objects_near(answer: Answer, narrowing: Narrowing) -> list[Any]:
    """Return the objects whose values are offered: where one is chosen, the others still lead to what else is near."""
    near = answer
    if answer.seen and narrowing.has_choices():
        limit = min(NEAR, get_settings().limit_most)
        source = narrowing.source.name
        near = find_similar(
            PhotoQuery(photo=answer.seen, source=source, filters=narrowing.without_choices(), limit=limit)
        )
    return [result.object for result in near]


def get_facets(narrowing: Narrowing, near: Sequence[Any]) -> list[Facet]:
    """Return every filter that has something to choose, with one query each."""
    facets = [Facet(filter=part, values=tuple(_values(narrowing, part, near))) for part in narrowing.source.filters]
    return [facet for facet in facets if facet.values]


def choices(narrowing: Narrowing, part: ChoiceFilter, near: Iterable[Any]) -> list[FacetValue]:
    """Return the values that the objects near the photo have, the chosen one first."""
    found = (value for obj in near for value in values_at(obj, part.field))
    values = list(dict.fromkeys(str(value) for value in found if value != ""))
    chosen = narrowing.params.get(part.name)
    if chosen:
        values = [chosen, *(value for value in values if value != chosen)]
    counts, labels = _counts(narrowing, part, values), _labels(narrowing.source, part, values)
    return [
        FacetValue(
            label=labels.get(value, value),
            params={part.name: value},
            count=counts.get(value, 0),
            is_on=value == chosen,
        )
        for value in values[:VALUES_MOST]
        if counts.get(value) or value == chosen
    ]


def _labels(source: VisualSource, part: ChoiceFilter, values: list[str]) -> dict[str, str]:
    """Return what people read for stored values: the labels of a field's choices, and the names of objects."""
    field = end_of(source.get_queryset(), part.field)
    if field.is_relation:
        others = with_keys(field.related_model._base_manager.all(), values)
        return {str(other.pk): str(other) for other in others}
    return {str(value): str(label) for value, label in field.flatchoices}


def _values(narrowing: Narrowing, part: Filter, near: Sequence[Any]) -> list[FacetValue]:
    match part:
        case ChoiceFilter():
            return choices(narrowing, part, near)
        case RangeFilter():
            return _ranges(narrowing, part, near)
        case FlagFilter():
            is_on = part.name in narrowing.params
            count = _others(narrowing, part).aggregate(n=_count(narrowing.source, Q(**{part.field: True})))["n"]
            value = FacetValue(label=str(part.label), params={part.name: "1"}, count=count, is_on=is_on)
            return [value] if count or is_on else []


def _ranges(narrowing: Narrowing, part: RangeFilter, near: Sequence[Any]) -> list[FacetValue]:
    edges = _edges([Decimal(str(value)) for obj in near for value in values_at(obj, part.field)])
    if not edges:
        return []
    spans = list(zip([None, *edges], [*edges, None], strict=True))
    wanted = {f"n{place}": _count(narrowing.source, _within(part, span)) for place, span in enumerate(spans)}
    counts = _others(narrowing, part).aggregate(**wanted)
    return [_range(narrowing, part, span, counts[f"n{place}"]) for place, span in enumerate(spans)]


def _range(
    narrowing: Narrowing, part: RangeFilter, span: tuple[Decimal | None, Decimal | None], count: int
) -> FacetValue:
    names = names_of(part)
    params = {name: f"{edge:f}" for name, edge in zip(names, span, strict=True) if edge is not None}
    now = {name: narrowing.params[name] for name in names if name in narrowing.params}
    return FacetValue(
        label=" - ".join(params.get(name, "") for name in names), params=params, count=count, is_on=now == params
    )


def _edges(values: list[Decimal]) -> list[Decimal]:
    """Return numbers of two digits that part the values into about equal shares, rising."""
    ordered = sorted(values)
    if len(set(ordered)) < 2:
        return []
    chosen = {_rounded(ordered[len(ordered) * part // _PARTS]) for part in range(1, _PARTS)}
    return sorted(edge for edge in chosen if ordered[0] < edge <= ordered[-1])


def _rounded(value: Decimal) -> Decimal:
    if not value:
        return value
    return round(value, 1 - value.adjusted()).normalize()


def _within(part: RangeFilter, span: tuple[Decimal | None, Decimal | None]) -> Q:
    low, high = span
    above = Q() if low is None else Q(**{f"{part.field}__gte": low})
    return above if high is None else above & Q(**{f"{part.field}__lte": high})


def _counts(narrowing: Narrowing, part: ChoiceFilter, values: list[str]) -> dict[str, int]:
    objects = _others(narrowing, part).filter(**{f"{part.field}__in": values})
    rows = objects.values_list(part.field).annotate(visualsearch_count=_count(narrowing.source))
    return {str(value): count for value, count in rows}


def _others(narrowing: Narrowing, part: Filter) -> QuerySet[Any]:
    """Return the whole shop with every filter but this one."""
    objects = narrowing.source.get_queryset().prefetch_related(None).order_by()
    return objects.filter(**narrowing.keywords(without=part))


def _count(source: VisualSource, condition: Q | None = None) -> Count:
    return Count(group_expression(source.model, source.group_by), distinct=True, filter=condition)
