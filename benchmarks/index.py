"""Measure the FAISS index against exact search over the same vectors: `python -m benchmarks.index --help`.

All search one query at a time with one thread. Exact search is FAISS's flat index in float32.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.machine import describe
from benchmarks.vectors import ours
from benchmarks.vectors.clusters import Clusters
from benchmarks.vectors.data import Data, DrawRows, open_data
from benchmarks.vectors.exact import truth_of
from benchmarks.vectors.others import OTHERS, measure_other
from benchmarks.vectors.pictures import Pictures
from benchmarks.vectors.processes import in_a_process, set_up
from benchmarks.vectors.sharing import shared_memory

PACKAGES = ("numpy", "faiss-cpu", "hnswlib", "usearch")
STEPS = ("draw", "build", "exact", "search", "share")


def main() -> None:
    arguments = _parse()
    report: dict[str, Any] = {"machine": describe(*PACKAGES), "results": []}
    sizes = [int(size) for size in arguments.sizes.split(",")]
    with tqdm(total=len(sizes) * len(STEPS), unit="step") as progress:
        for size in sizes:
            with _folder(arguments.directory, size) as folder:
                report["results"].append(measure(size, folder, arguments, progress))
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


@contextmanager
def _folder(kept: Path | None, size: int) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        (kept / str(size)).mkdir(parents=True, exist_ok=True)
        yield kept / str(size)


def measure(size: int, folder: Path, arguments: argparse.Namespace, progress: tqdm[Any]) -> dict[str, Any]:
    """Build, search and open an index of `size` vectors and return the figures."""

    def step(name: str) -> None:
        progress.set_description(f"{size}: {name}")
        progress.update()

    set_up(folder)
    step("draw")
    data = open_data(folder, size, arguments.queries, _source(size, arguments))
    figures = {"data": data.name, "vectors": size, "dimensions": data.dimensions}
    step("build")
    figures |= _once(folder / "build.json", data)
    if arguments.build_only:
        return figures
    step("exact")
    truth = in_a_process(truth_of, data).answer
    figures["exact_ms"] = truth.times
    step("search")
    figures |= in_a_process(ours.search, data, truth).answer
    figures["times_faster"] = round(truth.times["median"] / figures["index_ms"]["median"], 1)
    step("share")
    figures |= shared_memory(data)
    if arguments.others:
        figures["others"] = {name: measure_other(name, data, truth) for name in OTHERS}
    return figures


def _source(size: int, arguments: argparse.Namespace) -> DrawRows:
    if arguments.pictures:
        return Pictures(arguments.pictures, arguments.weights)
    return Clusters(size, arguments.dimensions)


def _once(path: Path, data: Data) -> dict[str, Any]:
    """Build unless it was done before, in a folder that is kept."""
    if not path.exists():
        child = in_a_process(ours.build, data)
        path.write_text(json.dumps(child.answer | {"build_peak_mib": child.peak_mib}))
    return dict(json.loads(path.read_text()))


if __name__ == "__main__":
    main()
