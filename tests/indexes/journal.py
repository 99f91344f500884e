"""A journal of rows in memory, as the database keeps one, and vectors to put into it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visualsearch.exceptions import JournalRewound
from visualsearch.indexes import Changes, Space

DIMENSIONS = 8
SPACE = Space(source="shop.product", fingerprint="test-8", dimensions=DIMENSIONS)


def draw(count: int, seed: int = 0, dimensions: int = DIMENSIONS) -> np.ndarray:
    """Return `count` stored vectors in some clusters."""
    random = np.random.default_rng(seed)
    middles = random.standard_normal((12, dimensions))
    rows = middles[random.integers(0, 12, count)] + 0.5 * random.standard_normal((count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def numbers(*ids: int) -> np.ndarray:
    return np.array(ids, np.int64)


class Journal:
    """Each id's last state with its revision; `read` is what an index is given."""

    def __init__(self, page: int = 100) -> None:
        self.page = page
        self.reads: list[int] = []
        self._rows: dict[int, tuple[int, np.ndarray | None]] = {}
        self._revision = 0

    def add(self, ids: range | list[int], vectors: np.ndarray) -> None:
        for id, vector in zip(ids, vectors, strict=True):
            self._write(id, vector)

    def remove(self, *ids: int) -> None:
        for id in ids:
            self._write(id, None)

    def _write(self, id: int, vector: np.ndarray | None) -> None:
        self._revision += 1
        self._rows[id] = (self._revision, vector)

    @property
    def alive(self) -> dict[int, np.ndarray]:
        return {id: vector for id, (_, vector) in self._rows.items() if vector is not None}

    def read(self, past: int) -> Iterator[Changes]:
        self.reads.append(past)
        if past > self._revision:
            raise JournalRewound(f"Revision {past} was read, and the journal ends at {self._revision}.")
        rows = sorted((rev, id, vector) for id, (rev, vector) in self._rows.items() if rev > past)
        for start in range(0, len(rows), self.page):
            page = rows[start : start + self.page]
            kept = [(id, vector) for _, id, vector in page if vector is not None]
            yield Changes(
                revision=page[-1][0],
                ids=numbers(*(id for id, _ in kept)),
                vectors=np.array([vector for _, vector in kept], np.float16).reshape(len(kept), DIMENSIONS),
                removed=numbers(*(id for _, id, vector in page if vector is None)),
            )
