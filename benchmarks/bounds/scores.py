"""From what a bound finds, rightly and wrongly, to precision and recall, and to the bound that does best."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

SHARE = 1 / 50
"""Share of a shop's pictures that something is wrong with: precision has a meaning only beside it."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one bound does."""

    precision: float
    recall: float

    @classmethod
    def of_shop(cls, recall: float, false: float) -> Score:
        """Return the score in a shop of which so much is wrong; `false` is the share of the others that are found."""
        right, wrong = recall * SHARE, false * (1 - SHARE)
        return cls(right / (right + wrong) if right else 0.0, recall)

    def f(self, beta: float) -> float:
        """Return the F-measure: recall counts `beta` times as much as precision."""
        if not self.precision + self.recall:
            return 0.0
        return (1 + beta**2) * self.precision * self.recall / (beta**2 * self.precision + self.recall)

    def written(self) -> dict[str, float]:
        """Return rounded numbers."""
        return {"precision": round(self.precision, 3), "recall": round(self.recall, 3)}


Table = Mapping[Any, Score]
"""Scores by bound."""


def means_of(tables: Sequence[Table], beta: float) -> dict[Hashable, float]:
    """Return the mean F-measure over all tables by bound."""
    return {bound: round(mean(table[bound].f(beta) for table in tables), 4) for bound in tables[0]}
