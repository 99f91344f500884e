"""Our index: building it, searching in it, with filters and after new rows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vectors.data import FILTER_QUERIES, FILTERS, Data, K
from benchmarks.vectors.exact import Truth
from benchmarks.vectors.processes import memory
from benchmarks.vectors.timing import recall, time_each


def new_index(dimensions: int) -> Any:
    """Return an index that has read nothing yet."""
    from visualsearch.indexes import Space
    from visualsearch.indexes.faiss import FaissIndex

    return FaissIndex(Space(source="bench", fingerprint="bench", dimensions=dimensions))


def build(data: Data) -> dict[str, Any]:
    """Build from pages as the journal gives them."""
    index = new_index(data.dimensions)
    before = round(memory("RssAnon", "status"))
    start = time.perf_counter()
    index.rebuild(data.pages)
    seconds = time.perf_counter() - start
    details = index.status().details
    bytes_on_disk = sum(path.stat().st_size for path in Path(details["directory"]).glob("0*/*"))
    return {
        "kind": index.status().kind,
        "build_seconds": round(seconds, 1),
        "process_before_build_mib": before,
        "bytes_a_vector": round(bytes_on_disk / data.size, 1),
        **{key: round(details[key], 4) for key in ("lists", "probes", "recall") if key in details},
    }


def search(data: Data, truth: Truth) -> dict[str, Any]:
    """Open what was built and search in it, without and with filters, and after new rows."""
    index = new_index(data.dimensions)
    start = time.perf_counter()
    index.catch_up(lambda past: iter(()))
    figures: dict[str, Any] = {"open_seconds": round(time.perf_counter() - start, 4)}
    for query in data.queries:
        index.search(query, K)
    found, figures["index_ms"] = time_each(data.queries, lambda query: index.search(query, K).ids)
    figures["recall_at_10"] = recall(found, truth.ids)
    figures["filters"] = [_filtered(index, data, part, truth.filtered[part]) for part in FILTERS]
    return figures | _new_rows(index, data) | _removed_row(index, data)


def _filtered(index: Any, data: Data, part: float, truth: np.ndarray) -> dict[str, Any]:
    """Search among a random part of the rows."""
    allowed = data.allowed(part)
    queries = data.queries[:FILTER_QUERIES]
    index.search(queries[0], K, allowed)
    found, times = time_each(queries, lambda query: index.search(query, K, allowed).ids)
    return {
        "part": part,
        "allowed": len(allowed),
        "recall_at_10": recall(found, truth),
        "returned": float(np.mean([len(ids) for ids in found])),
        **times,
    }


def _new_rows(index: Any, data: Data) -> dict[str, Any]:
    """What it costs to see 1000 new rows, and to search with them."""
    ids = np.arange(data.size + 1, data.size + 1001)
    seconds = _take_in(index, data.size + 1000, ids, np.asarray(data.vectors[:1000]), ids[:0])
    _, times = time_each(data.queries, lambda query: index.search(query, K).ids)
    return {"take_in_1000_rows_ms": seconds, "with_1000_new_rows_ms": times}


def _removed_row(index: Any, data: Data) -> dict[str, Any]:
    """What it costs to forget the row that a query found first, and whether it is gone then."""
    gone = index.search(data.queries[0], K).ids[:1]
    seconds = _take_in(index, data.size + 1001, gone[:0], data.vectors[:0], gone)
    found, times = time_each(data.queries, lambda query: index.search(query, K).ids)
    return {"remove_a_row_ms": seconds, "with_a_removed_row_ms": times, "removed_is_gone": gone[0] not in found[0]}


def _take_in(index: Any, revision: int, ids: np.ndarray, vectors: np.ndarray, removed: np.ndarray) -> float:
    from visualsearch.indexes import Changes

    page = Changes(revision=revision, ids=ids, vectors=vectors, removed=removed)
    start = time.perf_counter()
    index.catch_up(lambda past: iter([page]))
    return round(1000 * (time.perf_counter() - start), 2)
