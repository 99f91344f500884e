"""The yardstick: FAISS's flat index in float32, block by block, so that it needs little memory at any size."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.vectors.data import FILTER_QUERIES, FILTERS, Data, K
from benchmarks.vectors.timing import summary

_BLOCK = 500_000
_PART = 50_000


@dataclass(frozen=True)
class Truth:
    """The ids of the nearest of every query, of all rows and of those that each filter leaves."""

    ids: np.ndarray
    filtered: dict[float, np.ndarray]
    times: dict[str, float]


class _Best:
    """The best ids of each query so far."""

    def __init__(self, queries: int) -> None:
        self.ids = np.zeros((queries, 0), np.int64)
        self._scores = np.zeros((queries, 0), np.float32)

    def add(self, scores: np.ndarray, ids: np.ndarray) -> None:
        scores = np.concatenate([self._scores, scores], axis=1)
        ids = np.concatenate([self.ids, ids], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :K]
        self._scores, self.ids = np.take_along_axis(scores, order, 1), np.take_along_axis(ids, order, 1)


def truth_of(data: Data) -> Truth:
    """Return the truth and the time that one query takes over all blocks together."""
    import faiss

    faiss.omp_set_num_threads(1)
    nearest, filtered = _Best(len(data.queries)), {part: _Best(FILTER_QUERIES) for part in FILTERS if part < 1}
    allowed = {part: data.allowed(part) for part in filtered}
    times = np.zeros(len(data.queries))
    for start, flat, vectors in _blocks(data, faiss):
        found = []
        for number, query in enumerate(data.queries):
            began = time.perf_counter()
            found.append(flat.search(query[None], min(K, flat.ntotal)))
            times[number] += 1000 * (time.perf_counter() - began)
        nearest.add(np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found]) + start + 1)
        for part, best in filtered.items():
            _add_allowed(best, data.queries[:FILTER_QUERIES], start, vectors, allowed[part])
    answers = {part: best.ids for part, best in filtered.items()} | {1.0: nearest.ids[:FILTER_QUERIES]}
    return Truth(nearest.ids, answers, summary(times))


def _blocks(data: Data, faiss: Any) -> Iterator[tuple[int, Any, np.ndarray]]:
    for start in range(0, data.size, _BLOCK):
        vectors = data.vectors[start : start + _BLOCK]
        flat = faiss.IndexFlatIP(data.dimensions)
        for at in range(0, len(vectors), _PART):
            flat.add(vectors[at : at + _PART].astype(np.float32))
        yield start, flat, vectors


def _add_allowed(best: _Best, queries: np.ndarray, start: int, vectors: np.ndarray, allowed: np.ndarray) -> None:
    low, high = np.searchsorted(allowed, [start + 1, start + len(vectors) + 1])
    for at in range(low, high, _PART):
        ids = allowed[at : min(at + _PART, high)]
        scores = queries @ np.asarray(vectors[ids - 1 - start]).astype(np.float32).T
        top = np.argsort(-scores, axis=1)[:, :K]
        best.add(np.take_along_axis(scores, top, 1), ids[top])
