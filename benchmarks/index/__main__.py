"""Measure the FAISS index against exact search over the same vectors: `python -m benchmarks.index --help`.

All search one query at a time with one thread. Exact search is FAISS's flat index in float32.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.index import ours
from benchmarks.index.clusters import Clusters
from benchmarks.index.data import DrawRows, open_data
from benchmarks.index.exact import truth_of
from benchmarks.index.others import OTHERS, measure_other
from benchmarks.index.pictures import Pictures
from benchmarks.index.processes import in_a_process, set_up
from benchmarks.index.sharing import shared_memory
from benchmarks.machine import describe

PACKAGES = ("numpy", "faiss-cpu", "hnswlib", "usearch")


def main() -> None:
    arguments = _parse()
    report: dict[str, Any] = {"machine": describe(*PACKAGES), "results": []}
    for size in map(int, arguments.sizes.split(",")):
        with ExitStack() as stack:
            kept = arguments.directory and arguments.directory / f"{size}"
            folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.mkdir(parents=True, exist_ok=True)
            report["results"].append(measure(size, folder, arguments))
        if arguments.json:
            arguments.json.parent.mkdir(parents=True, exist_ok=True)
            arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000", help="numbers of vectors")
    parser.add_argument("--dimensions", type=int, default=256, help="of drawn vectors; pictures bring their own")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--pictures", type=Path, nargs="+", help="folders whose pictures give the vectors")
    parser.add_argument("--weights", default="thumbnail", help="what embeds them: a name or the path of weights")
    parser.add_argument("--others", action="store_true", help=f"also measure {' and '.join(OTHERS)}")
    parser.add_argument("--build-only", action="store_true", help="stop when the index is built")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--directory", type=Path, help="keep vectors and index there, and use what is there")
    return parser.parse_args()


def measure(size: int, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Build, search and open an index of `size` vectors and return the figures."""
    set_up(folder)
    source: DrawRows = (
        Pictures(arguments.pictures, arguments.weights) if arguments.pictures else Clusters(size, arguments.dimensions)
    )
    with tqdm(total=5, unit="step") as progress:

        def next_step(name: str) -> None:
            progress.set_description(f"{size}: {name}")
            progress.update()

        next_step("draw")
        data = open_data(folder, size, arguments.queries, source)
        figures = {"data": data.name, "vectors": size, "dimensions": data.dimensions}
        next_step("build")
        figures |= _once(folder / "build.json", data)
        if arguments.build_only:
            return figures
        next_step("exact")
        truth = in_a_process(truth_of, data).answer
        figures["exact_ms"] = truth.times
        next_step("search")
        figures |= in_a_process(ours.search, data, truth).answer
        figures["times_faster"] = round(truth.times["median"] / figures["index_ms"]["median"], 1)
        next_step("share")
        figures |= shared_memory(data)
        if arguments.others:
            figures["others"] = {name: measure_other(name, data, truth) for name in OTHERS}
    return figures


def _once(path: Path, data: Any) -> dict[str, Any]:
    """Build unless it was done before, in a folder that is kept."""
    if not path.exists():
        child = in_a_process(ours.build, data)
        path.write_text(json.dumps(child.answer | {"build_peak_mib": child.peak_mib}))
    return dict(json.loads(path.read_text()))


if __name__ == "__main__":
    main()
