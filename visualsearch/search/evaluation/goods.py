"""The shop's objects, one after the other, however many there are."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from visualsearch.sources import Picture, VisualSource

logger = logging.getLogger(__name__)

CHUNK = 500
"""Objects read at once, with what their queryset prefetches."""


def shown_objects(sources: Iterable[VisualSource]) -> Iterator[tuple[VisualSource, Any]]:
    """Yield every object that shoppers may find, with its source."""
    for source in sources:
        for obj in source.get_queryset().iterator(chunk_size=CHUNK):
            yield source, obj


def count_objects(sources: Iterable[VisualSource]) -> int:
    """Return how many objects `shown_objects` yields."""
    return sum(source.get_queryset().count() for source in sources)


def pictures_of(source: VisualSource, obj: Any) -> list[Picture]:
    """Return the pictures of an object, none of one whose hook fails."""
    try:
        return list(source.get_pictures(obj))
    except Exception:  # a shop's hook that fails on one object must not stop the others
        logger.exception("The pictures of %s %s are left out: its source failed.", source.name, obj.pk)
        return []
