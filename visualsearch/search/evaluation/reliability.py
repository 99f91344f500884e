"""Whether a probability means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

BINS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """The searches whose first result has a probability above `low` and up to `high`."""

    low: float
    high: float
    count: int
    confidence: float | None
    """Mean probability; None where `count` is 0."""
    accuracy: float | None
    """Share that is right, 0 to 1; None where `count` is 0."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {name: round(value, 4) if value is not None else None for name, value in asdict(self).items()}


def reliability_of(probabilities: Sequence[float], right: Sequence[bool]) -> tuple[ReliabilityBin, ...]:
    """Return the 15 bins of equal width; a probability of 0 is in the first. Raises ValueError outside 0 to 1."""
    values, hits = np.asarray(probabilities, np.float64), np.asarray(right, np.float64)
    if values.shape != hits.shape or not ((values >= 0) & (values <= 1)).all():
        raise ValueError("Expected as many probabilities from 0 to 1 as answers that are right or wrong.")
    edges = np.linspace(0, 1, BINS + 1)
    # Bins are open below and closed above, as in the paper.
    places = np.searchsorted(edges, values, side="left").clip(1) - 1
    bins = []
    for place in range(BINS):
        inside = places == place
        count = int(inside.sum())
        bins.append(
            ReliabilityBin(
                low=float(edges[place]),
                high=float(edges[place + 1]),
                count=count,
                confidence=float(values[inside].mean()) if count else None,
                accuracy=float(hits[inside].mean()) if count else None,
            )
        )
    return tuple(bins)


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[bool]) -> float | None:
    """Return by how much probability and share of right answers differ on average, 0 to 1; None for no probability.

    ECE = sum over the bins of (count / n) * |accuracy - confidence|, with 15 bins of equal width over the probability
    of the first result. Source: Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017, equation
    3, https://arxiv.org/abs/1706.04599. Raises ValueError for a probability outside 0 to 1.
    """
    if not len(probabilities):
        return None
    gaps = [
        one.count * abs(one.accuracy - one.confidence)
        for one in reliability_of(probabilities, right)
        if one.accuracy is not None and one.confidence is not None
    ]
    return sum(gaps) / len(probabilities)
