"""Whether a difference is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 10_000
PHOTOS_LEAST = 10
"""Of fewer photos no difference is called real: resampling a handful says too little."""

_DRAWN_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """By how much a figure of one embedder is above that of another, in points of 0 to 100."""

    figure: str
    points: float
    low: float
    """The lower end of the 95 % interval."""
    high: float
    photos: int

    @property
    def is_real(self) -> bool:
        """Tell whether the interval leaves 0 out, and there are enough photos to trust it."""
        return self.photos >= PHOTOS_LEAST and (self.low > 0 or self.high < 0)

    def sentence(self, other: str, serving: str) -> str:
        """Say it in words: `other` has the figure that is `points` above that of `serving`."""
        if not self.is_real:
            interval = f"{self.points:+.1f} points, 95 % interval {self.low:.1f} to {self.high:.1f}"
            few = f" of {self.photos} photos" if self.photos < PHOTOS_LEAST else ""
            return f"{self.figure}: no difference can be told between {other} and {serving} ({interval}{few})."
        word, low, high = ("better", self.low, self.high) if self.points > 0 else ("worse", -self.high, -self.low)
        return (
            f"{self.figure}: {other} is {word} than {serving} by {abs(self.points):.1f} points, "
            f"95 % interval {low:.1f} to {high:.1f}: a real difference."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "figure": self.figure,
            "points": round(self.points, 2),
            "low": round(self.low, 2),
            "high": round(self.high, 2),
            "photos": self.photos,
            "real": self.is_real,
        }


def paired_bootstrap(figure: str, differences: Sequence[float], seed: int) -> Difference:
    """Return the mean of the differences, one a photo, with its 95 % percentile interval of 10,000 resamples.

    Photos are drawn, not searches: the nine searches of one picture rise and fall together. The same differences and
    seed give the same interval. Source: Efron, Tibshirani: An Introduction to the Bootstrap, 1993, chapter 13. Raises
    ValueError where there is no difference at all to look at.
    """
    values = np.asarray(differences, np.float64) * 100
    if not len(values):
        raise ValueError("Expected the differences of at least one photo.")
    chance = np.random.default_rng(seed % 2**63)
    means = np.empty(RESAMPLES)
    step = max(1, _DRAWN_AT_ONCE // len(values))
    for start in range(0, RESAMPLES, step):
        part = means[start : start + step]
        part[:] = values[chance.integers(0, len(values), (len(part), len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Difference(figure=figure, points=float(values.mean()), low=float(low), high=float(high), photos=len(values))
