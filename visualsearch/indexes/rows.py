"""Rows in memory: a store that one writer extends while readers hold views that never change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from visualsearch.exceptions import InvalidVector
from visualsearch.indexes.base import Changes, Matches
from visualsearch.indexes.scores import best, cosines
from visualsearch.vectors import STORED, Ids, Vectors

_T = TypeVar("_T", bound=np.generic)

# Ids farther apart than this leave a table of all numbers between them mostly empty.
_SPARSE = 8

Ranks = NDArray[np.int64]
"""Places of ids in a sorted array of ids."""


def rising(ids: Ids) -> Ids:
    """Return the ids in rising order, each once."""
    ids = np.asarray(ids, np.int64)
    if (ids[1:] > ids[:-1]).all():
        return ids
    # `np.unique` takes ten times as long for a million ids.
    ids = np.sort(ids)
    return np.asarray(ids[np.append(True, ids[1:] != ids[:-1])])


def find_ranks(ids: Ids, wanted: Ids) -> Ranks:
    """Return where those of the `wanted` ids that are there stand in the sorted `ids`; both rise."""
    if not len(ids) or not len(wanted):
        return np.empty(0, np.int64)
    if len(wanted) > len(ids):
        return np.flatnonzero(_are_in(wanted, ids)[1])
    ranks, found = _are_in(ids, wanted)
    return ranks[found]


def find_flags(ids: Ids, wanted: Ids) -> NDArray[np.bool_]:
    """Return for each of the `ids` whether it is among the `wanted`; both rise.

    A table over all numbers between the ids takes a tenth of the time that looking up each of many does.
    """
    if not len(ids) or len(wanted) * _SPARSE**2 < len(ids) or ids[-1] - ids[0] >= _SPARSE * len(ids):
        flags = np.zeros(len(ids), np.bool_)
        flags[find_ranks(ids, wanted)] = True
        return flags
    table = np.zeros(ids[-1] - ids[0] + 1, np.bool_)
    table[wanted[slice(*np.searchsorted(wanted, [ids[0], ids[-1] + 1]))] - ids[0]] = True
    return table if len(table) == len(ids) else table[ids - ids[0]]


def _are_in(ids: Ids, wanted: Ids) -> tuple[Ranks, NDArray[np.bool_]]:
    ranks = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return ranks, ids[ranks] == wanted


@dataclass(frozen=True)
class RowsView:
    """The rows of a store at one moment; it stays true while the store goes on."""

    ids: Ids
    vectors: NDArray[np.float16]
    alive: NDArray[np.bool_]
    """Which rows are neither removed nor replaced, shape (n,)."""

    def __len__(self) -> int:
        return len(self._by_id[0])

    @cached_property
    def _by_id(self) -> tuple[Ids, Ranks]:
        """The ids that can be found, rising, and where each stands."""
        places = np.flatnonzero(self.alive)
        order = np.argsort(self.ids[places], kind="stable")
        return self.ids[places][order], places[order]

    @property
    def sorted_ids(self) -> Ids:
        """Ids that can be found, rising."""
        return self._by_id[0]

    def gather(self, ranks: Ranks | slice) -> NDArray[np.float16]:
        """Return the vectors of these places in `sorted_ids`."""
        return self.vectors[self._by_id[1][ranks]]

    def nearest(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        """Return the `k` nearest by comparing with every row, or with every one of the rising `allowed`."""
        if allowed is not None:
            ranks = find_ranks(self.sorted_ids, allowed)
            return best(self.sorted_ids[ranks], cosines(self.gather(ranks), vector), k)
        scores = cosines(self.vectors, vector)
        if self.alive.all():
            return best(self.ids, scores, k)
        return best(self.ids[self.alive], scores[self.alive], k)


class Rows:
    """A growing store of half-precision rows; `apply` is for one thread at a time, views are for all."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._ids: Ids = np.empty(0, np.int64)
        self._vectors: NDArray[np.float16] = np.empty((0, dimensions), STORED)
        self._places: dict[int, int] = {}
        self._used = 0
        self.view = RowsView(self._ids, self._vectors, np.empty(0, np.bool_))

    def apply(self, changes: Changes) -> None:
        """Take in the changes and publish one new view; raises InvalidVector and changes nothing if they do not fit."""
        ids, vectors = changes.ids, changes.vectors
        if vectors.shape != (len(ids), self._dimensions):
            raise InvalidVector(f"Expected {len(ids)} vectors of {self._dimensions} dimensions, got {vectors.shape}.")
        alive = np.concatenate([self.view.alive, np.ones(len(ids), np.bool_)])
        for removed in changes.removed.tolist():
            _forget(alive, self._places.pop(removed, None))
        self._append(ids, vectors)
        for place, id in enumerate(ids.tolist(), start=len(self.view.alive)):
            _forget(alive, self._places.get(id))
            self._places[id] = place
        self.view = RowsView(self._ids[: self._used], self._vectors[: self._used], alive)
        if self._used > 2 * len(self._places):
            self._close_gaps()

    def _append(self, ids: Ids, vectors: NDArray[np.float16]) -> None:
        start, self._used = self._used, self._used + len(ids)
        if self._used > len(self._ids):
            # Older views keep the old arrays, and no view sees past its own end.
            room = max(self._used, 2 * start, 64)
            self._ids = _grown(self._ids, start, (room,))
            self._vectors = _grown(self._vectors, start, (room, self._dimensions))
        self._ids[start : self._used] = ids
        self._vectors[start : self._used] = vectors

    def _close_gaps(self) -> None:
        kept = np.flatnonzero(self.view.alive)
        self._ids, self._vectors = self.view.ids[kept], self.view.vectors[kept]
        self._used = len(kept)
        self._places = dict(zip(self._ids.tolist(), range(self._used), strict=True))
        self.view = RowsView(self._ids, self._vectors, np.ones(self._used, np.bool_))


def _forget(alive: NDArray[np.bool_], place: int | None) -> None:
    if place is not None:
        alive[place] = False


def _grown(array: NDArray[_T], used: int, shape: tuple[int, ...]) -> NDArray[_T]:
    larger = np.empty(shape, array.dtype)
    larger[:used] = array[:used]
    return larger
