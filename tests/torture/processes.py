"""Processes of one shop, played in this one: each has an index of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.goods import PRODUCTS
from visualsearch import indexes
from visualsearch.indexes import Index
from visualsearch.models import current_space
from visualsearch.opening import index_of, open_index
from visualsearch.search import Answer, PhotoQuery, find_similar


class Process:
    """A worker or a server: what it holds in memory, and nothing else."""

    def __init__(self) -> None:
        self._indexes: dict[Any, Index] = {}

    def restart(self) -> None:
        """Forget everything, as a process does that dies and is started again."""
        self._indexes = {}

    @contextmanager
    def running(self) -> Iterator[Index]:
        """Be this process for a while; gives its index of the products."""
        before, indexes._indexes = indexes._indexes, self._indexes
        try:
            yield index_of(current_space(PRODUCTS))
        finally:
            indexes._indexes = before

    def catch_up(self) -> None:
        """Read the journal to its end."""
        with self.running():
            open_index(current_space(PRODUCTS))

    def search(self, photo: bytes, *, late: bool = False, **query: Any) -> Answer:
        """Search by photo; `late`, with an index that had caught up before the last changes were committed."""
        with self.running(), pytest.MonkeyPatch.context() as patch:
            if late:
                patch.setattr("visualsearch.search.fallback.open_index", index_of)
            return find_similar(PhotoQuery(photo=photo, source=PRODUCTS, **{"limit": 100, **query}))
