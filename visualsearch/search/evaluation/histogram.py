"""How the scores of right and wrong first results lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualsearch.search.evaluation.measured import Measured

BINS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts of first results by score; `edges` has one number more than `right` and `wrong`."""

    edges: tuple[float, ...]
    right: tuple[int, ...]
    wrong: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"edges": [round(edge, 4) for edge in self.edges], "right": self.right, "wrong": self.wrong}


def histogram_of(measured: Sequence[Measured]) -> Histogram | None:
    """Return the histogram of the first results' scores, up to the score 1; None where nothing was found."""
    found = [(one.score, one.is_first) for one in measured if one.score is not None]
    if not found:
        return None
    scores = np.array([score for score, _ in found]).clip(-1, 1)
    right = np.array([hit for _, hit in found])
    # From a round number below the lowest: embedders use very different parts of the scale.
    edges = np.linspace(min(np.floor(scores.min() * 20) / 20, 0.95), 1, BINS + 1)
    counts = [np.histogram(scores[part], edges)[0].tolist() for part in (right, ~right)]
    return Histogram(edges=tuple(edges.tolist()), right=tuple(counts[0]), wrong=tuple(counts[1]))
