"""From what a network's places propose to regions of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.fitting import Fit

Regions = NDArray[np.float32]
"""A row a region: how good it is, higher is better; its left, top, right and bottom edge, as shares of the image."""


def regions_of(places: NDArray[np.float32], fit: Fit, width: int, height: int) -> Regions:
    """Return the region of each place, clipped to an image of this size, which `fit` has put into the square.

    `places` has shape (5, rows, columns), as in a `Pass`. Regions that lie in the padding have no area.
    """
    _, rows, columns = places.shape
    y, x = np.mgrid[0:rows, 0:columns]
    x, y = (x + 0.5) / columns, (y + 0.5) / rows
    score, to_left, to_top, to_right, to_bottom = places
    edges = np.stack([x - to_left, y - to_top, x + to_right, y + to_bottom], axis=-1).reshape(-1, 4)
    left, top, right, bottom = np.array(fit.place(width, height)) / fit.side
    start, size = np.array([left, top, left, top]), np.array([right - left, bottom - top] * 2)
    inside = ((edges - start) / size).clip(0, 1)
    return np.concatenate([score.reshape(-1, 1), inside], axis=1, dtype=np.float32)
