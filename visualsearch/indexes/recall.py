"""How many of the exact nearest an approximate search finds, measured on a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visualsearch.indexes.rows import Ranks
from visualsearch.indexes.scores import Scores
from visualsearch.vectors import Vectors, normalise

_QUERIES = 300
_COUNTED = 10
_NOISE = 0.5
# With vectors of real pictures, pictures left out of the index needed up to twice as many lists as rows with noise do.
# So far towards another row, a query needs as many or more: both with a ResNet's vectors and with the thumbnail's.
_PULL = 0.7
# Two ways to sum the same products differ by less.
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Queries made of rows, and the exact answer to each.

    A third are rows as they are, a third are near them in every direction, as a photo of the same thing may be, and
    a third lie between two rows, as a photo of a thing that no row shows does.
    """

    queries: Vectors
    k: int
    """Nearest rows to look for: the row that the query was made of, and ten others that count."""
    last: Scores
    """Score of the k-th nearest row, shape (queries,)."""

    def recall(self, scores: Scores) -> float:
        """Return the share of the nearest among the `scores`, shape (queries, k), in the third that fares worst."""
        return min(self.shares(scores))

    def shares(self, scores: Scores) -> list[float]:
        """Return the share of the nearest that was found, for each third.

        Equal rows are as good as each other, and the row itself does not count: it is found too easily.
        """
        if self.k < 2:
            return [1.0] * 3
        found = np.count_nonzero(scores >= self.last[:, None] - _ROUNDING, axis=1)
        shares = np.maximum(0, found - 1) / (self.k - 1)
        return [float(np.mean(third)) for third in np.split(shares, 3)]


class SampledRows(Protocol):
    """Rows in some order, wherever they lie."""

    def __len__(self) -> int: ...

    def gather(self, ranks: Ranks) -> NDArray[np.float16]:
        """Return the vectors at these rising places."""

    def blocks(self) -> Iterator[tuple[int, NDArray[np.float16]]]:
        """Yield the place of a block's first row and its vectors, until all have come."""


def take_sample(rows: SampledRows, count: int = _QUERIES) -> Sample:
    """Return queries made of `count` of the rows, three each, compared with every row."""
    random = np.random.default_rng(1)
    chosen = np.sort(random.choice(len(rows), min(len(rows), count), replace=False))
    same = normalise(rows.gather(chosen).astype(np.float32))
    near = same + _NOISE * normalise(random.standard_normal(same.shape, dtype=np.float32))
    between = same + _PULL * random.permutation(same)
    queries = normalise(np.concatenate([same, near, between]))
    k = min(_COUNTED + 1, len(rows))
    top = np.full((len(queries), k), -np.inf, np.float32)
    for _, block in rows.blocks():
        scores = queries @ block.astype(np.float32).T
        both = np.concatenate([top, scores], axis=1)
        top = np.partition(both, both.shape[1] - k, axis=1)[:, -k:]
    return Sample(queries=queries, k=k, last=top.min(axis=1))
