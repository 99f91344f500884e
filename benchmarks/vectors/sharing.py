"""Memory of one and of four searching processes, apart from what each needs before it opens the index."""

from __future__ import annotations

from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.vectors.data import Data, K
from benchmarks.vectors.ours import new_index
from benchmarks.vectors.processes import memory


def shared_memory(data: Data) -> dict[str, Any]:
    """Return what one process holds and what four hold together, in MiB."""
    alone, four = _shared_by(1, data), _shared_by(4, data)
    return {"one_process_mib": alone, "four_processes_mib": four, "four_to_one": round(four / max(alone, 0.1), 2)}


def _shared_by(count: int, data: Data) -> float:
    fork = get_context("fork")
    answers, ready, measured = fork.SimpleQueue(), fork.Barrier(count), fork.Barrier(count)
    children = [fork.Process(target=_hold, args=(data, answers, ready, measured)) for _ in range(count)]
    for child in children:
        child.start()
    total = sum(answers.get() for _ in children)
    for child in children:
        child.join()
    return round(total, 1)


def _hold(data: Data, answers: Any, ready: Any, measured: Any) -> None:
    import faiss  # noqa: F401

    index = new_index(data.dimensions)
    np.vecdot(data.queries, data.queries[0])
    ready.wait()
    before = memory("Pss")
    ready.wait()
    index.catch_up(lambda past: iter(()))
    for query in data.queries:
        index.search(query, K)
    ready.wait()
    answers.put(memory("Pss") - before)
    measured.wait()
