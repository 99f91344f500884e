"""The same vectors in hnswlib and in usearch, with their usual settings; searching grows until recall is met."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vectors.data import Data, K
from benchmarks.vectors.exact import Truth
from benchmarks.vectors.processes import in_a_process
from benchmarks.vectors.timing import recall, time_each

OTHERS = ("hnswlib", "usearch")
_TARGET = 0.99
_BLOCK = 50_000
_WIDEST = 1280


class _Hnswlib:
    def __init__(self, data: Data) -> None:
        import hnswlib

        self._index = hnswlib.Index("ip", data.dimensions)
        self._index.init_index(data.size, M=16, ef_construction=200)

    def add(self, vectors: np.ndarray, ids: np.ndarray) -> None:
        self._index.add_items(vectors, ids)

    def widen(self, width: int) -> None:
        self._index.set_num_threads(1)
        self._index.set_ef(width)

    def search(self, query: np.ndarray) -> np.ndarray:
        return np.asarray(self._index.knn_query(query, K)[0][0])

    def save(self, path: Path) -> None:
        self._index.save_index(str(path))


class _Usearch:
    def __init__(self, data: Data) -> None:
        from usearch.index import Index

        self._index = Index(ndim=data.dimensions, metric="ip", dtype="f16", connectivity=16, expansion_add=128)

    def add(self, vectors: np.ndarray, ids: np.ndarray) -> None:
        self._index.add(ids, vectors)

    def widen(self, width: int) -> None:
        self._index.expansion_search = width

    def search(self, query: np.ndarray) -> np.ndarray:
        return np.asarray(self._index.search(query, K, threads=1).keys)

    def save(self, path: Path) -> None:
        self._index.save(str(path))


_KINDS = {"hnswlib": _Hnswlib, "usearch": _Usearch}


def measure_other(name: str, data: Data, truth: Truth) -> dict[str, Any] | str:
    """Return the figures of the library, or that it is not installed."""
    if find_spec(name) is None:
        return "not installed"
    child = in_a_process(_measure, name, data, truth)
    return dict(child.answer) | {"peak_mib": child.peak_mib}


def _measure(name: str, data: Data, truth: Truth) -> dict[str, Any]:
    index = _KINDS[name](data)
    start = time.perf_counter()
    for at in range(0, data.size, _BLOCK):
        part = data.vectors[at : at + _BLOCK].astype(np.float32)
        index.add(part, np.arange(at + 1, at + len(part) + 1))
    seconds = time.perf_counter() - start
    path = data.path.with_suffix(f".{name}")
    index.save(path)
    size = path.stat().st_size
    path.unlink()
    return {
        "build_seconds": round(seconds, 1),
        "bytes_a_vector": round(size / data.size, 1),
        **_search(index, data, truth),
    }


def _search(index: Any, data: Data, truth: Truth) -> dict[str, Any]:
    width = K
    while True:
        index.widen(width)
        found, times = time_each(data.queries, index.search)
        share = recall(found, truth.ids)
        if share >= _TARGET or width >= _WIDEST:
            return {"width": width, "recall_at_10": share, "index_ms": times}
        width *= 2
