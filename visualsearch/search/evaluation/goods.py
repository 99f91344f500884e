"""The shop's objects, one after the other, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from visualsearch.sources import VisualSource
from visualsearch.sources.shown import count_shown, each_shown

CHUNK = 500
"""Objects read at once, with what their queryset prefetches."""


def shown_objects(sources: Iterable[VisualSource]) -> Iterator[tuple[VisualSource, Any]]:
    """Yield every object that shoppers may find, with its source."""
    for source in sources:
        for obj in each_shown(source, chunk=CHUNK):
            yield source, obj


def count_objects(sources: Iterable[VisualSource]) -> int:
    """Return how many objects `shown_objects` yields."""
    return sum(count_shown(source) for source in sources)
