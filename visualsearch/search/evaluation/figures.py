"""From what searches came to, to figures of how good the search is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualsearch.search.evaluation.measured import Measured
from visualsearch.search.evaluation.reliability import expected_calibration_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How good some searches were; None where nothing was measured."""

    queries: int
    """Searches, of which a picture of the shop gives one a disturbance."""
    recall_at_1: float | None
    """Share of the searches whose first result is right, 0 to 1."""
    recall_at_5: float | None
    recall_at_10: float | None
    mrr: float | None
    """Mean reciprocal rank: the mean of 1 / rank of the first right result, 0 where there is none."""
    map_at_10: float | None
    """Mean average precision: as `mrr`, but counting every right answer among the first ten."""
    ece: float | None
    """Expected calibration error, see `expected_calibration_error`; None where no result has a probability."""
    p50_ms: float | None
    """Median time of a search; of a photo with reading its file."""
    p95_ms: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures under the names that people write."""
        return {
            "queries": self.queries,
            "recall@1": self.recall_at_1,
            "recall@5": self.recall_at_5,
            "recall@10": self.recall_at_10,
            "mrr": self.mrr,
            "map@10": self.map_at_10,
            "ece": self.ece,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
        }


def figures_of(measured: Sequence[Measured]) -> Figures:
    """Return the figures of these searches, rounded to 4 digits, times to 1."""
    times = [one.milliseconds for one in measured]
    sure = [one for one in measured if one.probability is not None]
    ece = expected_calibration_error([one.probability or 0.0 for one in sure], [one.is_first for one in sure])
    return Figures(
        queries=len(measured),
        recall_at_1=_recall(measured, 1),
        recall_at_5=_recall(measured, 5),
        recall_at_10=_recall(measured, 10),
        mrr=_mean([reciprocal_rank(one) for one in measured]),
        map_at_10=_mean([_average_precision(one) for one in measured]),
        ece=None if ece is None else round(ece, 4),
        p50_ms=round(float(np.percentile(times, 50)), 1) if times else None,
        p95_ms=round(float(np.percentile(times, 95)), 1) if times else None,
    )


def reciprocal_rank(one: Measured) -> float:
    """Return 1 / rank of the first right result, 0 where there is none."""
    return 1 / one.rank if one.rank else 0.0


def _recall(measured: Sequence[Measured], k: int) -> float | None:
    return _mean([float(any(one.hits[:k])) for one in measured])


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _average_precision(one: Measured) -> float:
    """Return average precision at 10: the mean, over the right answers, of the precision at their ranks."""
    hits = one.hits[:10]
    precisions = [sum(hits[:rank]) / rank for rank, hit in enumerate(hits, 1) if hit]
    return sum(precisions) / min(len(one.query.right), 10)
