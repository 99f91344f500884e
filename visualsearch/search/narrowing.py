"""From a shop's filters and the values that somebody gave for them to what is searched: one rule for page and API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from visualsearch.presenting import ChoiceFilter, Filter, FlagFilter, RangeFilter, names_of
from visualsearch.sources import VisualSource

LETTERS_MOST = 200
"""Of a value."""

DECIMALS_MOST = 30
"""Of a number; databases take some thousands, and a few letters can ask for a million."""

_NUMBER = f"Expected a number below 1,000,000,000, of at most {DECIMALS_MOST} decimals, got {{!r}}."
_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Narrowing:
    """What a search is narrowed to; a value that makes no sense is left out, and stands among the problems."""

    def __init__(self, source: VisualSource, values: Mapping[str, str]) -> None:
        self.source = source
        self.params: dict[str, str] = {}
        """The values that hold, by their names."""
        self.problems: dict[str, str] = {}
        """What is wrong with the others, in a sentence."""
        for part in source.filters:
            for name in names_of(part):
                if value := values.get(name, "").strip():
                    self._take(part, name, value)

    def keywords(self, without: Filter | None = None) -> dict[str, Any]:
        """Return arguments of `QuerySet.filter`."""
        return {
            key: value for part in self.source.filters if part is not without for key, value in self._keywords_of(part)
        }

    def without_choices(self) -> dict[str, Any]:
        """Return the arguments of every filter but the choices of a field."""
        rest = [part for part in self.source.filters if not isinstance(part, ChoiceFilter)]
        return {key: value for part in rest for key, value in self._keywords_of(part)}

    def has_choices(self) -> bool:
        """Tell whether a value of a field is chosen."""
        return any(isinstance(part, ChoiceFilter) and part.name in self.params for part in self.source.filters)

    def _take(self, part: Filter, name: str, value: str) -> None:
        if problem := _problem_with(part, value):
            self.problems[name] = problem
        elif not isinstance(part, FlagFilter):
            self.params[name] = value
        elif value.lower() in _ON:
            self.params[name] = "1"

    def _keywords_of(self, part: Filter) -> Iterator[tuple[str, Any]]:
        for name, lookup in zip(names_of(part), lookups_of(part), strict=True):
            if value := self.params.get(name):
                yield part.field + lookup, _value(part, value)


def lookups_of(part: Filter) -> tuple[str, ...]:
    """Return what is added to the field's path for each of the names."""
    return ("__gte", "__lte") if isinstance(part, RangeFilter) else ("",)


def unknown_names(source: VisualSource, names: Mapping[str, Any]) -> list[str]:
    """Return the names that belong to no filter of the source."""
    known = {name for part in source.filters for name in names_of(part)}
    return [name for name in names if name not in known]


def _value(part: Filter, value: str) -> Any:
    return True if isinstance(part, FlagFilter) else Decimal(value) if isinstance(part, RangeFilter) else value


def _problem_with(part: Filter, value: str) -> str:
    if "\0" in value or len(value) > LETTERS_MOST or not _is_text(value):
        return f"Expected a value of at most {LETTERS_MOST} letters."
    match part:
        case FlagFilter():
            return "" if value.lower() in _ON + _OFF else f"Expected 1 or 0, got {value[:80]!r}."
        case RangeFilter():
            return "" if _is_number(value) else _NUMBER.format(value[:80])
        case ChoiceFilter():
            return ""


def _is_text(value: str) -> bool:
    """Tell whether a database can take it: half a pair of surrogates it cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: str) -> bool:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number) < 10**9 and abs(int(number.as_tuple().exponent)) <= DECIMALS_MOST
