"""Which searches look alike? Photos of one kind of thing, in the groups that a radius makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.bounds.pictures import Shown
from benchmarks.bounds.scores import Score
from visualsearch.behaviour.unmet import group_vectors

RADII = (0.5, 0.55, 0.6, 0.65, 0.7, 0.725, 0.75, 0.775, 0.8, 0.825, 0.85, 0.875, 0.9)


def measure_groups(shown: Sequence[Shown], vectors: NDArray[np.float32]) -> dict[float, Score]:
    """Return of each radius how many of the pairs in a group are of one kind, and how many of those share a group."""
    kinds = np.array([one.kind for one in shown])
    left, right = np.triu_indices(len(shown), 1)
    alike = kinds[left] == kinds[right]
    scores = {}
    for radius in RADII:
        groups = np.zeros(len(shown), dtype=np.int64)
        for number, members in enumerate(group_vectors(vectors, radius)):
            groups[members] = number
        together = groups[left] == groups[right]
        both = np.count_nonzero(together & alike)
        scores[radius] = Score(both / max(np.count_nonzero(together), 1), both / np.count_nonzero(alike))
    return scores
