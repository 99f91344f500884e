"""An open snapshot: an immutable folder of mapped files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.exceptions import SnapshotDamaged
from visualsearch.indexes.headers import Header
from visualsearch.indexes.rows import Ranks
from visualsearch.indexes.scores import best, cosines
from visualsearch.vectors import STORED, Ids, Vectors

IDS = "ids.i64"
VECTORS = "vectors.f16"

Bits = NDArray[np.uint8]
"""One bit a row of a snapshot, lowest bit first: may it be found?"""


def map_file(path: Path, dtype: Any) -> NDArray[Any]:
    """Return the file as a read-only array whose pages all processes share."""
    if not path.stat().st_size:
        return np.empty(0, dtype)
    return np.asarray(np.memmap(path, dtype, mode="r"))


def bits_of(count: int, ranks: Ranks) -> Bits:
    """Return bits that are set at these ranks out of `count`."""
    chosen = np.zeros(count, np.bool_)
    chosen[ranks] = True
    return np.packbits(chosen, bitorder="little")


class Snapshot(ABC):
    """The open files of a snapshot; a rank is the place of an id in `ids`, which rise."""

    def __init__(self, folder: Path, header: Header) -> None:
        self.folder = folder
        self.header = header
        self.ids: Ids = map_file(folder / IDS, np.dtype("<i8"))
        if len(self.ids) != header.count:
            raise SnapshotDamaged(f"{folder} has {len(self.ids)} ids for {header.count} vectors.")

    def gather(self, ranks: Ranks) -> NDArray[np.float16]:
        """Return the vectors at these ranks; raises SnapshotDamaged where its files name a place that is not there."""
        try:
            return self._gather(ranks)
        except IndexError as error:
            raise SnapshotDamaged(f"{self.folder} names a vector that it does not have.") from error

    @abstractmethod
    def _gather(self, ranks: Ranks) -> NDArray[np.float16]:
        """Return the vectors at these ranks."""

    @abstractmethod
    def nearest(self, vector: Vectors, k: int, bits: Bits | None, available: int) -> Ranks:
        """Return ranks among which the `k` nearest are, of the `available` rows whose bit is set.

        Raises SnapshotDamaged where its files name a rank that is not there.
        """


class ExactSnapshot(Snapshot):
    """Vectors in the order of their ids; a search compares with each."""

    def __init__(self, folder: Path, header: Header) -> None:
        super().__init__(folder, header)
        flat = map_file(folder / VECTORS, STORED)
        if flat.size != header.count * header.dimensions:
            raise SnapshotDamaged(f"{folder} has {flat.size} numbers for {header.count} vectors.")
        self._vectors = flat.reshape(header.count, header.dimensions)

    def _gather(self, ranks: Ranks) -> NDArray[np.float16]:
        return np.asarray(self._vectors[ranks])

    def nearest(self, vector: Vectors, k: int, bits: Bits | None, available: int) -> Ranks:
        scores = cosines(self._vectors, vector)
        if bits is None:
            return best(np.arange(len(scores)), scores, k).ids
        ranks = np.flatnonzero(np.unpackbits(bits, count=len(scores), bitorder="little"))
        return best(ranks, scores[ranks], k).ids
