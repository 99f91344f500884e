"""What one search sees: a snapshot, the rows of it that are out of date, and the rows that came later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from visualsearch.exceptions import SnapshotDamaged
from visualsearch.indexes.base import Changes, Matches
from visualsearch.indexes.digests import BLOCK
from visualsearch.indexes.rows import Ranks, Rows, RowsView, find_flags, find_ranks, rising
from visualsearch.indexes.scores import best, cosines
from visualsearch.indexes.snapshots import Bits, Snapshot, bits_of
from visualsearch.vectors import STORED, Ids, Vectors

# So many allowed rows are gathered and compared faster than lists are searched for them.
_FEW = 4_000
_CHUNK = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """One state of an index; it never changes, so a search needs no lock."""

    delta: RowsView
    revision: int = 0
    number: int = 0
    """The snapshot's number, 0 without one."""
    snapshot: Snapshot | None = None
    hidden: Ranks
    """Ranks in the snapshot that were removed or replaced since, rising."""
    visible: Bits | None = None
    """The others, as bits; None when nothing is hidden."""

    def __len__(self) -> int:
        return len(self.delta) + self._available

    @property
    def _available(self) -> int:
        return self.snapshot.header.count - len(self.hidden) if self.snapshot else 0

    def after(self, changes: Changes, delta: Rows) -> Layers:
        """Return the state after `changes`, which go into `delta`."""
        delta.apply(changes)
        if self.snapshot is None:
            return replace(self, delta=delta.view, revision=changes.revision)
        touched = find_ranks(self.snapshot.ids, rising(np.concatenate([changes.ids, changes.removed])))
        hidden = rising(np.concatenate([self.hidden, touched]))
        visible = ~bits_of(self.snapshot.header.count, hidden) if len(hidden) else None
        return replace(self, delta=delta.view, revision=changes.revision, hidden=hidden, visible=visible)

    def nearest(self, vector: Vectors, k: int, allowed: Ids | None) -> Matches:
        """Return the `k` nearest of both layers; `allowed` rises."""
        fresh = self.delta.nearest(vector, k, allowed)
        if self.snapshot is None:
            return fresh
        ranks = self._candidates(self.snapshot, vector, k, allowed)
        scores = cosines(self.snapshot.gather(ranks), vector)
        return best(np.concatenate([self.snapshot.ids[ranks], fresh.ids]), np.concatenate([scores, fresh.scores]), k)

    def _candidates(self, snapshot: Snapshot, vector: Vectors, k: int, allowed: Ids | None) -> Ranks:
        if not self._available:
            return np.empty(0, np.int64)
        if allowed is None:
            return snapshot.nearest(vector, k, self.visible, self._available)
        if len(allowed) <= max(_FEW, k):
            ranks = find_ranks(snapshot.ids, allowed)
            return np.delete(ranks, find_ranks(ranks, self.hidden))
        return self._nearest_of_many(snapshot, vector, k, allowed)

    def _nearest_of_many(self, snapshot: Snapshot, vector: Vectors, k: int, allowed: Ids) -> Ranks:
        flags = find_flags(snapshot.ids, allowed)
        flags[self.hidden] = False
        left = int(np.count_nonzero(flags))
        if left <= max(_FEW, k):
            return np.flatnonzero(flags)
        return snapshot.nearest(vector, k, np.packbits(flags, bitorder="little"), left)

    def ids(self) -> Ids:
        """Return every id that can be found, rising."""
        if self.snapshot is None:
            return self.delta.sorted_ids
        return np.sort(np.concatenate([np.delete(self.snapshot.ids, self.hidden), self.delta.sorted_ids]))

    def chunks(self) -> Iterator[tuple[Ids, NDArray[np.float16]]]:
        """Yield all ids, rising, with their vectors; no chunk ends inside a block of digests."""
        ids, start = self.ids(), 0
        while start < len(ids):
            last = ids[min(start + _CHUNK, len(ids)) - 1]
            end = int(np.searchsorted(ids, (last // BLOCK + 1) * BLOCK))
            yield ids[start:end], self._vectors_of(ids[start:end])
            start = end

    def pages(self) -> Iterator[Changes]:
        """Yield all rows as changes from nothing."""
        none = np.empty(0, np.int64)
        for ids, vectors in self.chunks():
            yield Changes(revision=self.revision, ids=ids, vectors=vectors, removed=none)
        yield Changes(revision=self.revision, ids=none, vectors=self.delta.vectors[:0], removed=none)

    def _vectors_of(self, ids: Ids) -> NDArray[np.float16]:
        vectors = np.empty((len(ids), self.delta.vectors.shape[1]), STORED)
        fresh = np.isin(ids, self.delta.sorted_ids)
        vectors[fresh] = self.delta.gather(find_ranks(self.delta.sorted_ids, ids[fresh]))
        if self.snapshot is not None:
            ranks = find_ranks(self.snapshot.ids, ids[~fresh])
            if len(ranks) != len(ids) - np.count_nonzero(fresh):
                raise SnapshotDamaged(f"The ids of {self.snapshot.folder} do not rise.")
            vectors[~fresh] = self.snapshot.gather(ranks)
        return vectors
