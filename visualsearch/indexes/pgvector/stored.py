"""The vectors of a table, read as they come: what it holds may be more than there is memory for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from visualsearch.indexes.digests import BLOCK, block_digests
from visualsearch.indexes.pgvector.wire import read_rows
from visualsearch.indexes.rows import Ranks
from visualsearch.vectors import STORED, Ids

LONG_SECONDS = 3600.0
"""How long reading a whole table may take."""


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The rows of a table by rising id."""

    cursor: CursorWrapper
    name: str
    dimensions: int
    size: int
    """How many they are, about: others may publish meanwhile."""

    def __len__(self) -> int:
        return self.size

    def pages(self) -> Iterator[tuple[Ids, NDArray[np.float16]]]:
        """Yield ids and vectors until all have come."""
        select = f"COPY (SELECT id, embedding FROM {self.name} ORDER BY id) TO STDOUT (FORMAT BINARY)"  # noqa: S608
        with self.cursor.copy(select) as stream:
            yield from read_rows((bytes(piece) for piece in stream), self.dimensions)

    def blocks(self) -> Iterator[tuple[int, NDArray[np.float16]]]:
        """Yield the place of a page's first row and its vectors."""
        start = 0
        for _, vectors in self.pages():
            yield start, vectors
            start += len(vectors)

    def gather(self, ranks: Ranks) -> NDArray[np.float16]:
        """Return the vectors at these rising places."""
        found = [np.empty((0, self.dimensions), STORED)]
        for start, vectors in self.blocks():
            here = ranks[slice(*np.searchsorted(ranks, [start, start + len(vectors)]))]
            found.append(vectors[here - start])
        return np.concatenate(found)

    def digests(self) -> dict[int, str]:
        """Return `block_digests` of all rows."""
        found: dict[int, str] = {}
        ids, vectors = np.empty(0, np.int64), np.empty((0, self.dimensions), STORED)
        for more_ids, more_vectors in self.pages():
            ids, vectors = np.concatenate([ids, more_ids]), np.concatenate([vectors, more_vectors])
            # The last block may go on in the next page.
            whole = int(np.searchsorted(ids, ids[-1] // BLOCK * BLOCK)) if len(ids) else 0
            found |= block_digests(ids[:whole], vectors[:whole])
            ids, vectors = ids[whole:], vectors[whole:]
        return found | block_digests(ids, vectors)
