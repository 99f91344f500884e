"""Regions that stand out from what is around them: for networks that have not learnt to propose any."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.regions import Regions

LEAST_SIDE, MOST_AREA = 0.2, 0.5
"""Shares of the photo: no region is narrower or lower than the one, or covers more than the other."""

_CELLS = 12
"""Places each way at which a region may begin or end."""

_GROWS = 0.15
"""Power of a region's area in its score: how much a larger one may be fainter."""

_SPREAD = 0.05
"""Least deviation of the activation, as a share of its mean, below which nothing stands out."""

Map = NDArray[np.float64]


def outstanding(activation: NDArray[np.float32]) -> Regions:
    """Return every region that stands out from a ring around it, with by how much; none where nothing does.

    `activation` is that of a `Look`. The sum over a convolutional network's channels is high on objects of any class,
    source: SCDA, https://arxiv.org/abs/1604.04994. Instead of its one largest connected part, every region is scored,
    which also tells objects apart that stand side by side.
    """
    if activation.std() <= _SPREAD * activation.mean():
        return np.empty((0, 5), dtype=np.float32)
    edges = _all_edges()
    scores = _contrast(_resampled(activation), edges)
    found = scores > 0
    return np.concatenate([scores[found, None], edges[found] / _CELLS], axis=1, dtype=np.float32)


@cache
def _all_edges() -> NDArray[np.int64]:
    """Return left, top, right and bottom of every region that may be suggested, in cells, shape (n, 4)."""
    starts, ends = np.triu_indices(_CELLS + 1, 1)
    spans = np.stack([starts, ends], axis=1)[ends - starts >= LEAST_SIDE * _CELLS]
    rows, columns = np.divmod(np.arange(len(spans) ** 2), len(spans))
    edges = np.concatenate([spans[columns], spans[rows]], axis=1)[:, [0, 2, 1, 3]]
    return np.asarray(edges[_area(edges) <= MOST_AREA * _CELLS**2])


def _contrast(map_: Map, edges: NDArray[np.int64]) -> Map:
    """Return by how much the inside of each region exceeds a ring around it, weighted by its size; shape (n,)."""
    sums = np.pad(map_.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    margin = np.tile(np.maximum(1, _sides(edges) // 3), 2) * np.array([-1, -1, 1, 1])
    around = np.clip(edges + margin, 0, _CELLS)
    inside, outside = _total(sums, edges), _total(sums, around) - _total(sums, edges)
    ring = np.maximum(_area(around) - _area(edges), 1)
    return np.asarray((inside / _area(edges) - outside / ring) * (_area(edges) / _CELLS**2) ** _GROWS)


def _total(sums: Map, edges: NDArray[np.int64]) -> Map:
    left, top, right, bottom = edges.T
    return np.asarray(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


def _sides(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    return edges[:, 2:] - edges[:, :2]


def _area(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(_sides(edges).prod(axis=1))


def _resampled(activation: NDArray[np.float32]) -> Map:
    """Return the map on the grid of the regions, its mean 0 and its deviation 1, between its places as bilinear."""
    rows, columns = (_weights(count) for count in activation.shape)
    map_ = rows @ activation.astype(np.float64) @ columns.T
    return np.asarray((map_ - map_.mean()) / map_.std())


def _weights(cells: int) -> Map:
    """Return how much each of so many cells counts at each place of the grid, shape (_CELLS, cells)."""
    places = np.clip((np.arange(_CELLS) + 0.5) * cells / _CELLS - 0.5, 0, cells - 1)
    return np.asarray(np.maximum(0.0, 1 - np.abs(places[:, None] - np.arange(cells))))
