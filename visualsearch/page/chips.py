"""From a shop's filters to chips, each with the address that chooses it or lets it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from visualsearch.presenting import ChoiceFilter, Filter, FlagFilter, RangeFilter, names_of
from visualsearch.search.facets import choices
from visualsearch.search.narrowing import Narrowing


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


def shown_filters(narrowing: Narrowing, near: Sequence[Any]) -> list[Shown]:
    """Return the filters for the page; chips are the values that the objects near the photo have."""
    shown = [_shown(narrowing, part, near) for part in narrowing.source.filters]
    return [one for one in shown if one.chips or one.ends]


def _shown(narrowing: Narrowing, part: Filter, near: Sequence[Any]) -> Shown:
    match part:
        case RangeFilter():
            low, high = ((name, narrowing.params.get(name, "")) for name in names_of(part))
            return Shown(name=part.name, label=part.label, ends=(low, high))
        case FlagFilter():
            chip = _chip(narrowing, part.name, "1", str(part.label), None)
            return Shown(name=part.name, label=part.label, chips=(chip,))
        case ChoiceFilter():
            values = choices(narrowing, part, near)
            chips = tuple(
                _chip(narrowing, part.name, value.params[part.name], value.label, value.count) for value in values
            )
            return Shown(name=part.name, label=part.label, chips=chips)


def _chip(narrowing: Narrowing, name: str, value: str, label: str, count: int | None) -> Chip:
    is_on = narrowing.params.get(name) == value
    rest = {other: kept for other, kept in narrowing.params.items() if other != name}
    return Chip(label=label, count=count, is_on=is_on, params=rest if is_on else {**rest, name: value})
