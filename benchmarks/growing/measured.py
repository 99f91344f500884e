"""What was measured, as the benchmarks wrote it, and how it is carried on to numbers that were not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True, kw_only=True)
class Point:
    """An index at one number of vectors."""

    vectors: int
    milliseconds: float
    """Median of one query."""
    stored: float | None
    """Bytes a vector, with all that belongs to the index."""
    build_seconds: float | None
    build_bytes: float | None = None
    """Memory that building takes, a vector."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """An index at several numbers of vectors, fewest first."""

    name: str
    points: tuple[Point, ...]
    is_graph: bool = False
    """Does a query take longer with the logarithm of the number of vectors, rather than with the number?"""
    is_for_trials: bool = False
    """Would it be wrong to carry its figures on?"""

    def at(self, vectors: int) -> tuple[Point, bool] | None:
        """Return the figures for so many vectors, and whether they were measured; None where none can be given."""
        if not self.points:
            return None
        for point in self.points:
            if point.vectors == vectors:
                return point, True
        if self.is_for_trials:
            return None
        return self._carried_on(self.points[-1], vectors), False

    def _carried_on(self, last: Point, vectors: int) -> Point:
        times = vectors / last.vectors
        depth = log(vectors) / log(last.vectors)
        return Point(
            vectors=vectors,
            milliseconds=last.milliseconds * (depth if self.is_graph else times),
            stored=last.stored,
            build_seconds=None if last.build_seconds is None else last.build_seconds * times * depth,
            build_bytes=last.build_bytes,
        )


def read(name: str) -> Any:
    """Return a file of results, None where that benchmark has not run."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def exact_series() -> Series:
    """Return exact search in one process, in half precision in memory."""
    rows = _index_rows()
    points = (
        Point(
            vectors=row["vectors"],
            milliseconds=row["exact_ms"]["median"],
            stored=2.0 * row["dimensions"],
            build_seconds=None,
        )
        for row in rows
    )
    return Series(name="exact", points=tuple(points))


def faiss_series() -> Series:
    """Return FAISS's lists, mapped from a snapshot."""
    points = (
        Point(
            vectors=row["vectors"],
            milliseconds=row["index_ms"]["median"],
            stored=row["bytes_a_vector"],
            build_seconds=row["build_seconds"],
            build_bytes=row["build_peak_mib"] * 2**20 / row["vectors"],
        )
        for row in _index_rows()
    )
    return Series(name="faiss", points=tuple(points))


def engine_series(name: str) -> Series:
    """Return an index as `benchmarks.engines` measured it, without points where it has not run."""
    report = read("engines") or {"results": []}
    rows = sorted((row for row in report["results"] if row["engine"] == name), key=lambda row: row["vectors"])
    points = (
        Point(
            vectors=row["vectors"],
            milliseconds=row["all"]["median"],
            stored=None if row["stored_mib"] is None else row["stored_mib"] * 2**20 / row["vectors"],
            build_seconds=row["build_seconds"],
        )
        for row in rows
    )
    is_graph = bool(rows) and rows[-1]["kind"] == "hnsw"
    return Series(name=name, points=tuple(points), is_graph=is_graph, is_for_trials=name == "milvus")


def photos_a_second() -> float:
    """Return how many photos a core turns into vectors."""
    report = read("load")
    return float(report["bare_photo"]["per_second"] / report["machine"]["cores"])


def core_milliseconds_a_picture() -> float:
    """Return what turning one of the shop's pictures of 600 pixels into a vector costs, in time of one core."""
    report = read("embedding")
    return float(report["indexing_600_pixels"]["ours_ms"] * report["machine"]["cores"])


def _index_rows() -> list[dict[str, Any]]:
    rows = [row for name in ("index", "index-1m", "index-10m") for row in read(name)["results"]]
    return sorted((row for row in rows if row["data"] == "clusters"), key=lambda row: row["vectors"])
