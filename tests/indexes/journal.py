"""A journal of rows in memory, as the database keeps one, and vectors to put into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from visualsearch.exceptions import JournalRewound
from visualsearch.indexes import Attribute, Changes, Space
from visualsearch.indexes.base import Scalar

DIMENSIONS = 8
ATTRIBUTES = (Attribute("colour", "text"), Attribute("price", "number"), Attribute("in_stock", "flag"))
SPACE = Space(source="shop.product", fingerprint="test-8", dimensions=DIMENSIONS, attributes=ATTRIBUTES)
Attributes = Mapping[str, Scalar]


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
        self._rows: dict[int, tuple[int, np.ndarray | None, Attributes]] = {}
        self._revision = 0

    def add(self, ids: range | list[int], vectors: np.ndarray, attributes: Sequence[Attributes] | None = None) -> None:
        for id, vector, values in zip(ids, vectors, attributes or [{}] * len(ids), strict=True):
            self._write(id, vector, values)

    def remove(self, *ids: int) -> None:
        for id in ids:
            self._write(id, None, {})

    def _write(self, id: int, vector: np.ndarray | None, values: Attributes) -> None:
        self._revision += 1
        self._rows[id] = (self._revision, vector, values)

    @property
    def revision(self) -> int:
        return self._revision

    @property
    def alive(self) -> dict[int, np.ndarray]:
        return {id: vector for id, (_, vector, _) in self._rows.items() if vector is not None}

    def read(self, past: int) -> Iterator[Changes]:
        self.reads.append(past)
        if past > self._revision:
            raise JournalRewound(f"Revision {past} was read, and the journal ends at {self._revision}.")
        # `list` copies at once: another thread may write meanwhile.
        written = [(rev, id, vector, values) for id, (rev, vector, values) in list(self._rows.items())]
        rows = sorted((row for row in written if row[0] > past), key=lambda row: row[0])
        for start in range(0, len(rows), self.page):
            page = rows[start : start + self.page]
            kept = [(id, vector, values) for _, id, vector, values in page if vector is not None]
            yield Changes(
                revision=page[-1][0],
                ids=numbers(*(id for id, _, _ in kept)),
                vectors=np.array([vector for _, vector, _ in kept], np.float16).reshape(len(kept), DIMENSIONS),
                removed=numbers(*(id for _, id, vector, _ in page if vector is None)),
                objects=tuple(f"thing {id}" for id, _, _ in kept),
                attributes=tuple(values for _, _, values in kept),
            )
