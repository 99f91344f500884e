"""Measure the FAISS index against exact search over the same vectors: `python -m benchmarks.index --help`.

Both search one query at a time with one thread. Exact search is FAISS's flat index in float32.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

PAGE = 5000
QUERIES = 200
K = 10
FILTERS = (1.0, 0.1, 0.01, 0.001, 0.0001)


def main() -> None:
    arguments = _parse()
    results = []
    sizes = [int(size) for size in arguments.sizes.split(",")]
    with tqdm(total=len(sizes) * 5, unit="step") as progress:
        for size in sizes:
            results.append(measure(size, arguments.dimensions, arguments.directory, progress))
    text = json.dumps({"machine": _machine(), "results": results}, indent=1)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000", help="numbers of vectors")
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--directory", type=Path, help="where snapshots are written; a temporary folder by default")
    return parser.parse_args()


def measure(size: int, dimensions: int, directory: Path | None, progress: tqdm[Any]) -> dict[str, Any]:
    """Build, search and open an index of `size` vectors and return the figures."""
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        _set_up(folder)
        progress.set_description(f"{size}: draw")
        vectors, queries = draw(size, dimensions)
        progress.update()
        progress.set_description(f"{size}: build")
        figures: dict[str, Any] = {"vectors": size, "dimensions": dimensions}
        figures |= in_a_process(build, vectors)
        progress.update()
        progress.set_description(f"{size}: exact")
        truth, figures["exact_ms"] = exact(vectors, queries)
        progress.update()
        progress.set_description(f"{size}: search")
        figures |= in_a_process(search, vectors, queries, truth)
        figures["times_faster"] = round(figures["exact_ms"]["median"] / figures["index_ms"]["median"], 1)
        progress.update()
        progress.set_description(f"{size}: share")
        figures |= shared_memory(vectors, queries)
        progress.update()
    return figures


def draw(size: int, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return stored vectors and queries in clusters within clusters, of sizes as unequal as real categories."""
    random = np.random.default_rng(7)
    families = random.standard_normal((50, dimensions), dtype=np.float32)
    count = max(100, size // 100)
    middles = families[random.integers(0, 50, count)] + random.standard_normal((count, dimensions), dtype=np.float32)
    shares = 1 / np.arange(1, count + 1) ** 0.7
    of = random.choice(count, size + QUERIES, p=shares / shares.sum())
    spread = random.uniform(0.3, 1.0, (count, 1)).astype(np.float32)
    # Real embeddings have few directions of freedom within a category.
    basis = random.standard_normal((32, dimensions), dtype=np.float32) / np.sqrt(np.float32(32))
    vectors = np.empty((size + QUERIES, dimensions), np.float16)
    for start in range(0, len(vectors), 50_000):
        part = of[start : start + 50_000]
        inner = random.standard_normal((len(part), 32), dtype=np.float32) @ basis
        outer = random.standard_normal((len(part), dimensions), dtype=np.float32)
        rows = middles[part] + spread[part] * (inner + 0.3 * outer)
        vectors[start : start + len(part)] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return vectors[:size], vectors[size:].astype(np.float32)


def in_a_process(function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Call the function in a forked child, so that memory and threads are its own."""
    fork = get_context("fork")
    answers = fork.SimpleQueue()
    child = fork.Process(target=lambda: answers.put(function(*arguments)))
    child.start()
    answer = answers.get()
    child.join()
    return answer


def build(vectors: np.ndarray) -> dict[str, Any]:
    """Build from pages as the journal gives them."""
    index = _new_index(vectors)
    before = round(_memory("Rss"))
    start = time.perf_counter()
    index.rebuild(lambda past: _pages(vectors, past))
    seconds = time.perf_counter() - start
    details = index.status().details
    bytes_on_disk = sum(path.stat().st_size for path in details["directory"].glob("0*/*"))
    return {
        "kind": index.status().kind,
        "build_seconds": round(seconds, 1),
        "build_peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "process_before_build_mib": before,
        "bytes_a_vector": round(bytes_on_disk / len(vectors), 1),
        **{key: details[key] for key in ("lists", "probes", "recall") if key in details},
    }


def exact(vectors: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """Return the ten nearest of every query and the time one takes; in a process of its own, as FAISS forks badly."""
    answer = in_a_process(_exact, vectors, queries)
    return answer["truth"], answer["times"]


def _exact(vectors: np.ndarray, queries: np.ndarray) -> dict[str, Any]:
    import faiss

    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    for start in range(0, len(vectors), 50_000):
        flat.add(vectors[start : start + 50_000].astype(np.float32))
    truth, times = _time_each(queries, lambda query: flat.search(query[None], K)[1][0] + 1)
    return {"truth": np.array(truth), "times": times}


def search(vectors: np.ndarray, queries: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """Open what was built and search in it, without and with filters, and after new rows."""
    index = _new_index(vectors)
    start = time.perf_counter()
    index.catch_up(lambda past: iter(()))
    figures: dict[str, Any] = {"open_seconds": round(time.perf_counter() - start, 4)}
    for query in queries:
        index.search(query, K)
    found, figures["index_ms"] = _time_each(queries, lambda query: index.search(query, K).ids)
    figures["recall_at_10"] = _recall(found, truth)
    figures["filters"] = [filtered(index, vectors, queries, part) for part in FILTERS]
    return figures | new_rows(index, vectors, queries)


def filtered(index: Any, vectors: np.ndarray, queries: np.ndarray, part: float) -> dict[str, Any]:
    """Search among a random part of the rows; the truth is a matrix product over them."""
    size = len(vectors)
    random = np.random.default_rng(3)
    allowed = np.sort(random.choice(size, max(1, int(size * part)), replace=False)) + 1
    some = queries[:50]
    if part == 1.0:
        truth = [index.search(query, K, None).ids for query in some]
        truth = [np.asarray(ids) for ids in _exact(vectors, some)["truth"]]
    else:
        scores = some @ vectors[allowed - 1].astype(np.float32).T
        truth = [allowed[order] for order in np.argsort(-scores, axis=1)[:, :K]]
    found, times = _time_each(some, lambda query: index.search(query, K, allowed).ids)
    return {
        "part": part,
        "allowed": len(allowed),
        "recall_at_10": _recall(found, truth),
        "returned": float(np.mean([len(ids) for ids in found])),
        **times,
    }


def new_rows(index: Any, vectors: np.ndarray, queries: np.ndarray) -> dict[str, Any]:
    """What it costs to see 1000 new rows, and to search with them."""
    from visualsearch.indexes import Changes

    ids = np.arange(len(vectors) + 1, len(vectors) + 1001)
    page = Changes(revision=len(vectors) + 1000, ids=ids, vectors=vectors[:1000], removed=np.empty(0, np.int64))
    start = time.perf_counter()
    index.catch_up(lambda past: iter([page]))
    seconds = time.perf_counter() - start
    _, times = _time_each(queries, lambda query: index.search(query, K).ids)
    return {"take_in_1000_rows_ms": round(1000 * seconds, 2), "with_1000_new_rows_ms": times}


def shared_memory(vectors: np.ndarray, queries: np.ndarray) -> dict[str, Any]:
    """Memory of one and of four searching processes, apart from what each needs before it opens the index."""
    alone = _shared_by(1, vectors, queries)
    four = _shared_by(4, vectors, queries)
    return {"one_process_mib": alone, "four_processes_mib": four, "four_to_one": round(four / max(alone, 0.1), 2)}


def _shared_by(count: int, vectors: np.ndarray, queries: np.ndarray) -> float:
    fork = get_context("fork")
    answers, ready, measured = fork.SimpleQueue(), fork.Barrier(count), fork.Barrier(count)
    children = [
        fork.Process(target=_hold, args=(vectors.shape, queries, answers, ready, measured)) for _ in range(count)
    ]
    for child in children:
        child.start()
    total = sum(answers.get() for _ in children)
    for child in children:
        child.join()
    return round(total, 1)


def _hold(shape: tuple[int, int], queries: np.ndarray, answers: Any, ready: Any, measured: Any) -> None:
    import faiss  # noqa: F401

    index = _new_index(np.empty((0, shape[1])))
    np.vecdot(queries, queries[0])
    ready.wait()
    before = _memory("Pss")
    ready.wait()
    index.catch_up(lambda past: iter(()))
    for query in queries:
        index.search(query, K)
    ready.wait()
    answers.put(_memory("Pss") - before)
    measured.wait()


def _pages(vectors: np.ndarray, past: int) -> Iterator[Any]:
    from visualsearch.indexes import Changes

    for start in range(past, len(vectors), PAGE):
        part = vectors[start : start + PAGE]
        ids = np.arange(start + 1, start + len(part) + 1)
        yield Changes(revision=start + len(part), ids=ids, vectors=part, removed=np.empty(0, np.int64))


def _new_index(vectors: np.ndarray) -> Any:
    from visualsearch.indexes import Space
    from visualsearch.indexes.faiss import FaissIndex

    return FaissIndex(Space(source="bench", fingerprint="bench", dimensions=vectors.shape[1]))


def _set_up(folder: str) -> None:
    from django.conf import settings
    from django.test.utils import override_settings

    if not settings.configured:
        settings.configure()
    override_settings(VISUALSEARCH={"DIRECTORY": folder}).enable()


def _time_each(
    queries: np.ndarray, ask: Callable[[np.ndarray], np.ndarray]
) -> tuple[list[np.ndarray], dict[str, float]]:
    found, times = [], []
    for query in queries:
        start = time.perf_counter()
        found.append(ask(query))
        times.append(1000 * (time.perf_counter() - start))
    return found, {"median": round(float(np.median(times)), 3), "p95": round(float(np.percentile(times, 95)), 3)}


def _recall(found: Any, truth: Any) -> float:
    return round(float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, truth, strict=True)])), 4)


def _memory(key: str) -> float:
    """Return this process's memory in MiB: `Pss` counts a shared page by halves, thirds and so on."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(key + ":")), 0.0)


def _machine() -> dict[str, Any]:
    import faiss

    return {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "faiss": faiss.__version__,
        "exact": "faiss.IndexFlatIP, float32, one thread",
    }


if __name__ == "__main__":
    main()
