"""How much of the exact nearest two indexes find, and how quickly, measured on the shop's own vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Index, Space
from visualsearch.indexes.recall import Sample, take_sample
from visualsearch.indexes.spool import spool
from visualsearch.models import read_changes

ROWS = 167
"""Rows that queries are made of, three each: some 500."""

SLACK = 0.01
"""By how much the recall of an index may be below what is asked; queries taken anew differ by about as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One index asked all queries of a sample."""

    recall: float
    """Share of the exact ten nearest, of the kind of query that fares worst."""
    milliseconds: float
    """Median of a search, in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two indexes of one space, asked the same."""

    source: str
    queries: int
    serving: Measured | None
    """None where it cannot be reached."""
    wanted: Measured

    @property
    def is_good_enough(self) -> bool:
        """Tell whether the wanted one reaches the recall that is asked for, or that of the one that answers."""
        asked = get_settings().recall_target
        least = min(asked, self.serving.recall) if self.serving else asked
        return self.wanted.recall >= least - SLACK


def compare(space: Space, serving: Index, wanted: Index) -> Comparison | None:
    """Ask both indexes the same queries; None where the space has no rows. Raises IndexUnavailable for the wanted."""
    get_settings().directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=get_settings().directory) as folder:
        rows = spool(read_changes(space)(0), Path(folder) / "rows", space.dimensions)
        if not len(rows):
            return None
        sample = take_sample(rows, ROWS)
    return Comparison(
        source=space.source,
        queries=len(sample.queries),
        serving=_measure_or_none(serving, sample),
        wanted=_measure(wanted, sample),
    )


def _measure_or_none(index: Index, sample: Sample) -> Measured | None:
    try:
        return _measure(index, sample)
    except IndexUnavailable:
        return None


def _measure(index: Index, sample: Sample) -> Measured:
    scores = np.full((len(sample.queries), sample.k), -np.inf, np.float32)
    seconds = []
    for place, query in enumerate(sample.queries):
        start = perf_counter()
        found = index.search(query[None], sample.k).scores
        seconds.append(perf_counter() - start)
        scores[place, : len(found)] = found
    return Measured(recall=sample.recall(scores), milliseconds=1000 * median(seconds))
