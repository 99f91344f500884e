"""How many of the exact nearest an approximate search finds, measured on a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualsearch.indexes.scores import Scores
from visualsearch.indexes.spool import Spooled
from visualsearch.vectors import Vectors, normalise

_QUERIES = 200
_NOISE = 0.5
# Two ways to sum the same products differ by less.
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Queries and the exact answer to each."""

    queries: Vectors
    k: int
    last: Scores
    """Score of the k-th nearest row, shape (queries,)."""

    def recall(self, scores: Scores) -> float:
        """Return the share of found `scores`, shape (queries, k), that belong to the nearest; ties are as good."""
        return float(np.mean(scores >= self.last[:, None] - _ROUNDING))


def take_sample(rows: Spooled) -> Sample:
    """Return queries near some of the rows, as a photo is near a picture, compared with every row."""
    random = np.random.default_rng(1)
    chosen = np.sort(random.choice(len(rows), min(len(rows), _QUERIES), replace=False))
    near = rows.gather(chosen).astype(np.float32)
    noise = normalise(random.standard_normal(near.shape, dtype=np.float32))
    queries = normalise(near + _NOISE * noise)
    k = min(10, len(rows))
    top = np.full((len(queries), k), -np.inf, np.float32)
    for _, block in rows.blocks():
        scores = queries @ block.astype(np.float32).T
        both = np.concatenate([top, scores], axis=1)
        top = np.partition(both, both.shape[1] - k, axis=1)[:, -k:]
    return Sample(queries=queries, k=k, last=top.min(axis=1))
