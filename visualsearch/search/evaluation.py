"""From photos with known answers to figures of how good the search is."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from visualsearch.search.pipeline import find_similar
from visualsearch.search.query import PhotoQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhoto:
    """A photo and every object that is a right answer to it."""

    photo: Path
    right: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one search came to."""

    hits: tuple[bool, ...]
    """Whether the result at each rank is right, best rank first."""
    right: int
    """How many right answers there are."""
    milliseconds: float


def read_queries(path: Path) -> list[LabelledPhoto]:
    """Read a CSV of `photo,sku`; several skus of one photo are separated by `;`. Raises ValueError for another form."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not {"photo", "sku"} <= set(reader.fieldnames or ()):
            raise ValueError(f"Expected a CSV with the columns photo and sku, got {reader.fieldnames}.")
        return [_labelled(path.parent, row) for row in reader]


def measure(query: LabelledPhoto, *, source: str, limit: int) -> Measured:
    """Search with one photo; raises what `find_similar` raises."""
    start = perf_counter()
    answer = find_similar(PhotoQuery(photo=query.photo, source=source, limit=limit))
    milliseconds = (perf_counter() - start) * 1000
    hits = tuple(result.key in query.right for result in answer)
    return Measured(hits=hits, right=len(query.right), milliseconds=milliseconds)


def summarise(measured: list[Measured]) -> dict[str, float | int | None]:
    """Return recall, mean reciprocal rank, mean average precision and times; None where nothing was measured."""
    times = [one.milliseconds for one in measured]
    return {
        "queries": len(measured),
        **{f"recall@{k}": _mean([float(any(one.hits[:k])) for one in measured]) for k in (1, 5, 10)},
        "mrr": _mean([_reciprocal_rank(one) for one in measured]),
        "map@10": _mean([_average_precision(one) for one in measured]),
        "p50_ms": round(float(np.percentile(times, 50)), 1) if times else None,
        "p95_ms": round(float(np.percentile(times, 95)), 1) if times else None,
    }


def _labelled(folder: Path, row: dict[str, str]) -> LabelledPhoto:
    right = frozenset(sku.strip() for sku in (row["sku"] or "").split(";") if sku.strip())
    if not row["photo"] or not right:
        raise ValueError(f"Expected a photo and at least one sku in every line, got {row}.")
    return LabelledPhoto(photo=folder / row["photo"], right=right)


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _reciprocal_rank(one: Measured) -> float:
    return next((1 / rank for rank, hit in enumerate(one.hits, 1) if hit), 0.0)


def _average_precision(one: Measured) -> float:
    """Return average precision at 10: the mean, over the right answers, of the precision at their ranks."""
    hits = one.hits[:10]
    precisions = [sum(hits[:rank]) / rank for rank, hit in enumerate(hits, 1) if hit]
    return sum(precisions) / min(one.right, 10)
