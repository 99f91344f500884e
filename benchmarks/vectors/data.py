"""Vectors in a mapped file, so that ten million of them need little memory, and queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

K = 10
PAGE = 5000
FILTERS = (1.0, 0.1, 0.01, 0.001, 0.0001)
FILTER_QUERIES = 50
_BLOCK = 50_000


class DrawRows(Protocol):
    """Where vectors come from."""

    name: str
    dimensions: int

    def rows(self, block: int, count: int) -> np.ndarray:
        """Return these vectors, the same at every call, float32 and of unit length."""

    def queries(self, count: int) -> np.ndarray:
        """Return queries, float32 and of unit length."""


@dataclass(frozen=True)
class Data:
    """The vectors of one run; ids count from 1."""

    name: str
    path: Path
    size: int
    queries: np.ndarray

    @property
    def dimensions(self) -> int:
        return int(self.queries.shape[1])

    @property
    def vectors(self) -> np.ndarray:
        return np.memmap(self.path, np.float16, "r", shape=(self.size, self.dimensions))

    def allowed(self, part: float) -> np.ndarray:
        """Return the ids of a random part, rising."""
        if part == 1.0:
            return np.arange(1, self.size + 1)
        count = max(1, int(self.size * part))
        return np.sort(np.random.default_rng(3).choice(self.size, count, replace=False)) + 1

    def pages(self, past: int) -> Iterator[Any]:
        """Yield the rows as the journal gives them."""
        from visualsearch.indexes import Changes

        vectors, none = self.vectors, np.empty(0, np.int64)
        for start in range(past, self.size, PAGE):
            part = np.asarray(vectors[start : start + PAGE])
            ids = np.arange(start + 1, start + len(part) + 1)
            yield Changes(revision=start + len(part), ids=ids, vectors=part, removed=none)


def open_data(folder: Path, size: int, queries: int, source: DrawRows) -> Data:
    """Return the vectors in the folder; they are drawn if they are not there."""
    path = folder / "vectors.f16"
    if not path.exists():
        aside = path.with_suffix(".part")
        with aside.open("wb") as file:
            for block, start in enumerate(range(0, size, _BLOCK)):
                file.write(source.rows(block, min(_BLOCK, size - start)).astype(np.float16).tobytes())
        aside.rename(path)
    return Data(name=source.name, path=path, size=size, queries=source.queries(queries))
