"""What a shop says of its goods for the shop-by-photo page: cards, filters, samples and ways on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The lines below a result's title, in the shop's own words and language."""

    price: str = ""
    stock: str = ""
    """For example "3 left" or "Sold out"; empty says nothing."""
    is_available: bool = True
    variants: str = ""
    """For example "in 4 colours"."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the shop."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo that a shopper may try; the plug-in serves the file under its key."""

    key: str
    title: str
    """What it shows, for those who do not see it."""
    file: Path


@dataclass(frozen=True, slots=True)
class ChoiceFilter:
    """Chips, one a value of a field, such as a category or a colour."""

    name: str
    """In the address of the page; letters, digits and underscores."""
    label: Any
    field: str
    """Path of the field from the object, as in `QuerySet.filter`: "category__name"."""


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """From and to, such as a price."""

    name: str
    label: Any
    field: str


@dataclass(frozen=True, slots=True)
class FlagFilter:
    """One chip for the objects of which a field is true, such as those in stock."""

    name: str
    label: Any
    field: str


Filter = ChoiceFilter | RangeFilter | FlagFilter


def names_of(part: Filter) -> tuple[str, ...]:
    """Return the names under which a filter's values are given."""
    return (f"{part.name}_from", f"{part.name}_to") if isinstance(part, RangeFilter) else (part.name,)
