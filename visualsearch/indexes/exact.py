"""Exact search with NumPy: the yardstick of the family, and enough for a small shop."""

from __future__ import annotations

from logging import getLogger
from threading import Lock

from visualsearch.exceptions import JournalRewound
from visualsearch.indexes.base import Changes, Index, IndexStatus, Matches, ReadChanges, Space
from visualsearch.indexes.digests import block_digests
from visualsearch.indexes.rows import Rows, RowsView, rising
from visualsearch.indexes.scores import check_query
from visualsearch.vectors import Ids, Vectors

logger = getLogger(__name__)


class ExactIndex(Index):
    """Every row in memory at half precision; each search compares with all of them."""

    name = "exact"

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        self._lock = Lock()
        self._rows = Rows(space.dimensions)
        self._revision = 0

    @property
    def revision(self) -> int:
        return self._revision

    def __len__(self) -> int:
        return len(self._view)

    @property
    def _view(self) -> RowsView:
        return self._rows.view

    def catch_up(self, read: ReadChanges) -> None:
        with self._lock:
            try:
                self._take_in(read)
            except JournalRewound as error:
                logger.warning("The index begins anew: %s", error)
                self._rows, self._revision = Rows(self.space.dimensions), 0
                self._take_in(read)

    def _take_in(self, read: ReadChanges) -> None:
        for changes in read(self._revision):
            self._rows.apply(changes)
            self._revision = changes.revision

    def rebuild(self, read: ReadChanges) -> bool:
        fresh = Rows(self.space.dimensions)
        revision = 0
        with self._lock:
            for changes in read(0):
                fresh.apply(changes)
                revision = changes.revision
            self._rows, self._revision = fresh, revision
        return True

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        query = check_query(self.space, vector, k)
        return self._view.nearest(query, k, None if allowed is None else rising(allowed))

    def digests(self) -> dict[int, str]:
        view = self._view
        return block_digests(view.sorted_ids, view.gather(slice(None)))

    def repair(self, changes: Changes) -> None:
        with self._lock:
            self._rows.apply(changes)

    def status(self) -> IndexStatus:
        return IndexStatus(
            name=self.name,
            kind="exact",
            why="This index compares with every row, whatever their number.",
            revision=self._revision,
            size=len(self),
        )
