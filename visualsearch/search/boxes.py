"""Where the objects of a photo likely are: from what the network saw in its one pass, without another."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from visualsearch.images import Box

MOST = 4
"""Boxes of a photo, where nobody asks for another number."""

LEAST_SIDE, MOST_AREA = 0.2, 0.5
"""Shares of the photo: no box is narrower or lower than the one, or covers more than the other."""

_CELLS = 12
"""Places each way at which a box may begin or end."""

_GROWS = 0.15
"""Power of a box's area in its score: how much a larger box may be fainter."""

_APART = 0.6
"""Highest share that two boxes have in common, of the smaller: a part of one thing is no other thing."""

_SPREAD = 0.05
"""Least deviation of the activation, as a share of its mean, below which nothing stands out."""

Map = NDArray[np.float64]


def suggest_boxes(activation: NDArray[np.float32] | None, most: int = MOST) -> tuple[Box, ...]:
    """Return up to `most` boxes around what stands out, best first; none where nothing does.

    `activation` is that of a `Look`: 0 or more, shape (rows, columns). The sum over a convolutional network's channels
    is high on objects of any class, source: SCDA, https://arxiv.org/abs/1604.04994. Instead of its one largest
    connected part, every box is scored by how far its inside stands out from a ring around it, which also tells objects
    apart that stand side by side.
    """
    if activation is None or activation.std() <= _SPREAD * activation.mean():
        return ()
    edges = _all_boxes()
    scores = _contrast(_resampled(activation), edges)
    chosen: list[int] = []
    left = np.maximum(scores, 0)
    while len(chosen) < most and left.any():
        chosen.append(int(left.argmax()))
        left[_overlap(edges, edges[chosen[-1]]) > _APART] = 0
    return tuple(_box(edges[place]) for place in chosen)


@cache
def _all_boxes() -> NDArray[np.int64]:
    """Return top, bottom, left and right of every box that may be suggested, in cells, shape (n, 4)."""
    starts, ends = np.triu_indices(_CELLS + 1, 1)
    spans = np.stack([starts, ends], axis=1)[ends - starts >= LEAST_SIDE * _CELLS]
    rows, columns = np.divmod(np.arange(len(spans) ** 2), len(spans))
    boxes = np.concatenate([spans[rows], spans[columns]], axis=1)
    return np.asarray(boxes[_area(boxes) <= MOST_AREA * _CELLS**2])


def _contrast(map_: Map, boxes: NDArray[np.int64]) -> Map:
    """Return by how much the inside of each box exceeds a ring around it, weighted by its size; shape (n,)."""
    sums = np.pad(map_.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    margin = np.array([-1, 1, -1, 1]) * np.maximum(1, np.repeat(_sides(boxes), 2, axis=1) // 3)
    around = np.clip(boxes + margin, 0, _CELLS)
    inside, outside = _total(sums, boxes), _total(sums, around) - _total(sums, boxes)
    ring = np.maximum(_area(around) - _area(boxes), 1)
    return np.asarray((inside / _area(boxes) - outside / ring) * (_area(boxes) / _CELLS**2) ** _GROWS)


def _total(sums: Map, boxes: NDArray[np.int64]) -> Map:
    top, bottom, left, right = boxes.T
    return np.asarray(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


def _sides(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]], axis=1)


def _area(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(_sides(boxes).prod(axis=1))


def _overlap(boxes: NDArray[np.int64], other: NDArray[np.int64]) -> Map:
    """Return what each box has in common with another, as a share of the smaller; shape (n,)."""
    high = np.minimum(boxes[:, 1], other[1]) - np.maximum(boxes[:, 0], other[0])
    wide = np.minimum(boxes[:, 3], other[3]) - np.maximum(boxes[:, 2], other[2])
    smaller = np.minimum(_area(boxes), _area(other[None]))
    return np.asarray(np.maximum(high, 0) * np.maximum(wide, 0) / smaller)


def _resampled(activation: NDArray[np.float32]) -> Map:
    """Return the map on the grid of the boxes, its mean 0 and its deviation 1, between its places as bilinear."""
    rows, columns = (_weights(count) for count in activation.shape)
    map_ = rows @ activation.astype(np.float64) @ columns.T
    return np.asarray((map_ - map_.mean()) / map_.std())


def _weights(cells: int) -> Map:
    """Return how much each of so many cells counts at each place of the grid, shape (_CELLS, cells)."""
    places = np.clip((np.arange(_CELLS) + 0.5) * cells / _CELLS - 0.5, 0, cells - 1)
    return np.asarray(np.maximum(0.0, 1 - np.abs(places[:, None] - np.arange(cells))))


def _box(edges: NDArray[np.int64]) -> Box:
    top, bottom, left, right = (float(edge) / _CELLS for edge in edges)
    return Box(left, top, right - left, bottom - top)
