"""From an image of any shape to the square that a network sees, and from a map of the square back to the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""Images as a network takes them: rows, columns, then red, green, blue; shape (n, side, side, 3)."""

_GAP = 3.0
"""A much larger image is first reduced by whole numbers to this many times the square: faster, and seen no more."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How an image is brought into a square; nothing is ever cut off."""

    side: int = 224
    """Pixels each way."""
    stretch: float | None = None
    """By how much the aspect may be distorted; what is still longer than wide leaves white at its sides.

    None distorts without limit, so that every image fills the square.
    """

    @property
    def name(self) -> str:
        """What a fingerprint calls it."""
        return f"squeeze{self.side}" if self.stretch is None else f"fit{self.side}-{self.stretch:g}"

    def place(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return where an image of this size stands in the square, in pixels: left, top, right, bottom."""
        longer = max(width, height) / min(width, height)
        if self.stretch is None or longer <= self.stretch:
            return 0, 0, self.side, self.side
        shorter = max(1, round(self.side * self.stretch / longer))
        start = (self.side - shorter) // 2
        if width >= height:
            return 0, start, self.side, start + shorter
        return start, 0, start + shorter, self.side

    def squares(self, images: Sequence[Image.Image]) -> Pixels:
        """Return the RGB images in their squares."""
        squares = np.full((len(images), self.side, self.side, 3), 255, dtype=np.uint8)
        for square, image in zip(squares, images, strict=True):
            left, top, right, bottom = self.place(image.width, image.height)
            # Pillow's bilinear filter is as wide as the reduction, so that fine patterns do not turn into false ones.
            small = image.resize((right - left, bottom - top), Image.Resampling.BILINEAR, reducing_gap=_GAP)
            square[top:bottom, left:right] = np.asarray(small)
        return squares

    def without_padding(self, map_: NDArray[np.float32], image: Image.Image) -> NDArray[np.float32]:
        """Return the part of a map of the square, shape (rows, columns), that the image covers.

        A cell that the image covers in part counts by that part, so that the result always spans the whole image.
        """
        place = self.place(image.width, image.height)
        if place == (0, 0, self.side, self.side):
            return map_
        left, top, right, bottom = place
        rows = overlaps(top, bottom, self.side, map_.shape[0])
        columns = overlaps(left, right, self.side, map_.shape[1])
        return np.asarray(rows @ map_ @ columns.T, dtype=np.float32)


def overlaps(start: float, end: float, side: float, cells: int) -> NDArray[np.float64]:
    """Return how much of each new cell lies in each of the old ones, shape (new, old): the new share start to end."""
    first, last = start * cells / side, end * cells / side
    edges = np.linspace(first, last, max(1, round(last - first)) + 1)
    old = np.arange(cells)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.asarray(overlap.clip(0) / np.diff(edges)[:, None])
