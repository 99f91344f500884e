"""Which part of an image a network is shown, and where on the image its map lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualsearch.embedders.fitting import Pixels, overlaps

Fit = Literal["squeeze", "crop", "letterbox"]

_GAP = 3.0
"""A much larger image is first reduced by whole numbers to this many times the square: faster, and seen no more."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How an image comes into a square: squeezed, its middle cropped out, or whole with padding at two sides."""

    fit: Fit
    ratio: float = 1.0
    """Side of the square that is cut out of the middle at last, as a share of what the image was resized to."""

    def seen(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return the left, top, right and bottom edge of the square, in shares of an image of this size.

        Below 0 and above 1 lies padding.
        """
        side = {"squeeze": None, "crop": min(width, height), "letterbox": max(width, height)}[self.fit]
        across = self.ratio * (1 if side is None else side / width)
        down = self.ratio * (1 if side is None else side / height)
        return (1 - across) / 2, (1 - down) / 2, (1 + across) / 2, (1 + down) / 2

    def square(self, image: Image.Image, side: int, *, fill: int = 255) -> Pixels:
        """Return an RGB image in the square, shape (side, side, 3), resized as Pillow's bilinear filter does."""
        left, top, right, bottom = self.seen(image.width, image.height)
        box = max(0, left) * image.width, max(0, top) * image.height
        end = min(1, right) * image.width, min(1, bottom) * image.height
        columns, rows = _share(left, right, side), _share(top, bottom, side)
        part = image.resize((columns, rows), Image.Resampling.BILINEAR, box=(*box, *end), reducing_gap=_GAP)
        square: Pixels = np.full((side, side, 3), fill, dtype=np.uint8)
        down, across = (side - rows) // 2, (side - columns) // 2
        square[down : down + rows, across : across + columns] = np.asarray(part)
        return square

    def spread(self, map_: NDArray[np.float32], image: Image.Image) -> NDArray[np.float32]:
        """Return a map of the square, shape (rows, columns), as a map of the whole image, in cells of about its size.

        What lies outside the square is 0, and what padding added is left out.
        """
        left, top, right, bottom = self.seen(image.width, image.height)
        if (left, top, right, bottom) == (0, 0, 1, 1):
            return map_
        rows, columns = _spreading(top, bottom, map_.shape[0]), _spreading(left, right, map_.shape[1])
        return np.asarray(rows @ map_ @ columns.T, dtype=np.float32)


def _share(start: float, end: float, side: int) -> int:
    """Return the pixels of a side of the square that the image covers."""
    return max(1, round(side * (min(1, end) - max(0, start)) / (end - start)))


def _spreading(start: float, end: float, cells: int) -> NDArray[np.float64]:
    """Return how much of each cell of the whole image lies in each of the square's, shape (new, old)."""
    return overlaps(-start / (end - start), (1 - start) / (end - start), 1, cells)
