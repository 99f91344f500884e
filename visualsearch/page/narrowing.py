"""From the shop's filters and the address to what is searched, and to chips with counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import CharField, Count, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.http import QueryDict

from visualsearch.presenting import ChoiceFilter, Filter, FlagFilter, RangeFilter
from visualsearch.sources import VisualSource

CHIPS_MOST = 8
"""Of one filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A value that may be chosen, with the address that chooses it or lets it go."""

    label: str
    count: int | None
    is_on: bool
    params: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One filter on the page: chips, or the two ends of a range."""

    name: str
    label: Any
    chips: tuple[Chip, ...] = ()
    ends: tuple[tuple[str, str], tuple[str, str]] | None = None
    """Name and value of from and to."""


class Narrowing:
    """What the address narrows a search to; a value that makes no sense is left out."""

    def __init__(self, source: VisualSource, address: QueryDict) -> None:
        self._source = source
        self.params: dict[str, str] = {}
        """The filters' part of the address."""
        for part in source.filters:
            for name in names_of(part):
                if (value := address.get(name, "").strip()) and _is_valid(part, value):
                    self.params[name] = value[:200]

    def keywords(self, without: Filter | None = None) -> dict[str, Any]:
        """Return arguments of `QuerySet.filter`."""
        return {
            key: value for part in self._source.filters if part is not without for key, value in self._keywords_of(part)
        }

    def without_choices(self) -> dict[str, Any]:
        """Return the arguments of every filter but the chips of a field."""
        rest = [part for part in self._source.filters if not isinstance(part, ChoiceFilter)]
        return {key: value for part in rest for key, value in self._keywords_of(part)}

    def has_choices(self) -> bool:
        """Tell whether a chip of a field is chosen."""
        return any(isinstance(part, ChoiceFilter) and part.name in self.params for part in self._source.filters)

    def shown(self, near: Iterable[Any]) -> list[Shown]:
        """Return the filters for the page; chips are the values that the objects near the photo have."""
        objects = list(near)
        shown = [self._shown(part, objects) for part in self._source.filters]
        return [one for one in shown if one.chips or one.ends]

    def _keywords_of(self, part: Filter) -> Iterator[tuple[str, Any]]:
        for name, lookup in zip(names_of(part), _lookups(part), strict=True):
            if value := self.params.get(name):
                yield part.field + lookup, _value(part, value)

    def _shown(self, part: Filter, objects: list[Any]) -> Shown:
        match part:
            case RangeFilter():
                low, high = ((name, self.params.get(name, "")) for name in names_of(part))
                return Shown(name=part.name, label=part.label, ends=(low, high))
            case FlagFilter():
                return Shown(name=part.name, label=part.label, chips=(self._chip(part, "1", str(part.label), None),))
            case ChoiceFilter():
                return Shown(name=part.name, label=part.label, chips=tuple(self._chips(part, objects)))

    def _chips(self, part: ChoiceFilter, objects: list[Any]) -> Iterator[Chip]:
        values = list(dict.fromkeys(str(value) for obj in objects if (value := _read(obj, part.field)) is not None))
        chosen = self.params.get(part.name)
        values = [chosen, *(value for value in values if value != chosen)] if chosen else values
        counts = self._counts(part, values)
        for value in values[:CHIPS_MOST]:
            if counts.get(value) or value == chosen:
                yield self._chip(part, value, value, counts.get(value, 0))

    def _counts(self, part: ChoiceFilter, values: list[str]) -> dict[str, int]:
        """Count the results that choosing each value would leave, in the whole shop: variants count once."""
        objects = self._source.get_queryset().prefetch_related(None).order_by()
        objects = objects.filter(**self.keywords(without=part), **{f"{part.field}__in": values})
        rows = objects.values_list(part.field).annotate(visualsearch_count=Count(_group(self._source), distinct=True))
        return {str(value): count for value, count in rows}

    def _chip(self, part: Filter, value: str, label: str, count: int | None) -> Chip:
        is_on = self.params.get(part.name) == value
        rest = {name: kept for name, kept in self.params.items() if name != part.name}
        return Chip(label=label, count=count, is_on=is_on, params=rest if is_on else {**rest, part.name: value})


def names_of(part: Filter) -> tuple[str, ...]:
    """Return the names of a filter in the address."""
    return (f"{part.name}_from", f"{part.name}_to") if isinstance(part, RangeFilter) else (part.name,)


def _lookups(part: Filter) -> tuple[str, ...]:
    return ("__gte", "__lte") if isinstance(part, RangeFilter) else ("",)


def _value(part: Filter, value: str) -> Any:
    return True if isinstance(part, FlagFilter) else Decimal(value) if isinstance(part, RangeFilter) else value


def _is_valid(part: Filter, value: str) -> bool:
    if not isinstance(part, RangeFilter):
        return "\0" not in value
    try:
        return Decimal(value).is_finite() and abs(Decimal(value)) < 10**9
    except InvalidOperation:
        return False


def _read(obj: Any, path: str) -> Any:
    for name in path.split("__"):
        obj = getattr(obj, name, None)
    return obj


def _group(source: VisualSource) -> Any:
    """Return what objects of one group share, of objects without one their own key."""
    alone = Concat(Value("pk:"), Cast("pk", CharField()))
    if not source.group_by:
        return alone
    return Coalesce(NullIf(Cast(source.group_by, CharField()), Value("")), alone)
