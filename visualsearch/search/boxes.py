"""Where the objects of a photo likely are: from what the network saw in its one pass, without another."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.base import Look
from visualsearch.embedders.regions import Regions
from visualsearch.images import Box
from visualsearch.search.contrast import outstanding

MOST = 4
"""Boxes of a photo, where nobody asks for another number."""

LIKELY_FROM = 0.25
"""How good a proposed region is at least, 0 to 1."""

LEAST_SIDE = 0.06
"""Share of the photo: no box is narrower or lower."""

SIDE_AT_POINT = 0.4
"""Share of the photo: of a box around a point where nothing stands out."""

_SIZE, _MIDDLE = 0.2, 0.08
"""How much the area of a photo's subject counts, and how far from the middle it may be; docs/training.md."""

_APART = 0.6
"""Highest share that two boxes have in common, of the smaller: a part of one thing is no other thing."""


def suggest_boxes(look: Look, most: int = MOST) -> tuple[Box, ...]:
    """Return up to `most` boxes around what is likely an object; none where nothing is.

    Where the network has learnt to propose regions, the one comes first that the photo was likely taken of, large and
    near the middle; then the others, best first. Of regions that lie on each other the best one is taken, source:
    non-maximum suppression as in https://arxiv.org/abs/1504.08083, but by the share of the smaller.
    """
    regions = _regions(look)
    left = regions[:, 0].copy()
    chosen: list[int] = []
    while len(chosen) < max(most, MOST) and left.size and left.max() > 0:
        chosen.append(int(left.argmax()))
        left[_overlap(regions, regions[chosen[-1]]) > _APART] = 0
    boxes = [_box(regions[place]) for place in chosen]
    if boxes and look.regions is not None:
        subject = max(boxes[:MOST], key=_prominence)
        boxes = [subject, *(box for box in boxes if box is not subject)]
    return tuple(boxes[:most])


def _prominence(box: Box) -> float:
    aside, below = box.x + box.width / 2 - 0.5, box.y + box.height / 2 - 0.5
    return float((box.width * box.height) ** _SIZE) * exp(-(aside * aside + below * below) / _MIDDLE)


def box_at(point: tuple[float, float], boxes: tuple[Box, ...]) -> Box:
    """Return the first box that the point lies in, and one around the point where there is none."""
    x, y = point
    for box in boxes:
        if box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height:
            return box
    side = SIDE_AT_POINT
    return Box(min(max(x - side / 2, 0), 1 - side), min(max(y - side / 2, 0), 1 - side), side, side)


def _regions(look: Look) -> Regions:
    if look.regions is not None:
        regions = look.regions
        sides = regions[:, 3:] - regions[:, 1:3]
        return np.asarray(regions[(regions[:, 0] >= LIKELY_FROM) & (sides >= LEAST_SIDE).all(axis=1)])
    if look.activation is not None:
        return outstanding(look.activation)
    return np.empty((0, 5), dtype=np.float32)


def _overlap(regions: Regions, other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each region has in common with another, as a share of the smaller; shape (n,)."""
    high, low = np.minimum(regions[:, 3:], other[3:]), np.maximum(regions[:, 1:3], other[1:3])
    areas = (regions[:, 3:] - regions[:, 1:3]).prod(axis=1)
    return np.asarray((high - low).clip(0).prod(axis=1) / np.minimum(areas, (other[3:] - other[1:3]).prod()))


def _box(region: NDArray[np.float32]) -> Box:
    """Return a box whose edges are said in thousandths, as a page and a program say them too."""
    left, top, right, bottom = (round(float(edge), 3) for edge in region[1:])
    return Box(left, top, right - left, bottom - top)
