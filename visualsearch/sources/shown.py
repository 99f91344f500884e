"""The objects that shoppers may find, each once: a queryset that joins may give one several times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from visualsearch.sources.source import VisualSource


def each_shown(source: VisualSource, *, chunk: int) -> Iterator[Any]:
    """Yield every object by its key, read `chunk` at a time with what the queryset prefetches."""
    last: Any = None
    for obj in source.get_queryset().order_by("pk").iterator(chunk_size=chunk):
        if obj.pk != last:
            yield obj
        last = obj.pk


def count_shown(source: VisualSource) -> int:
    """Return how many objects there are."""
    return source.get_queryset().order_by().values("pk").distinct().count()
