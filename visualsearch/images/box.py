"""A region of a photo, and its crop."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

from PIL import Image

from visualsearch.exceptions import InvalidBox


@dataclass(frozen=True, slots=True)
class Box:
    """A region of a photo, in fractions of its width and height, 0 to 1; raises InvalidBox for any other."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        values = astuple(self)
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
            raise InvalidBox(f"Expected a box of four finite numbers, got {values}.")
        if self.width <= 0 or self.height <= 0:
            raise InvalidBox(f"Expected a box with width and height above 0, got {self.width} x {self.height}.")
        # A browser computes fractions from pixels, so that the far edge may end a rounding error outside.
        room = 1e-6
        if min(self.x, self.y) < -room or max(self.x + self.width, self.y + self.height) > 1 + room:
            raise InvalidBox(f"Expected a box inside the photo, in fractions of 0 to 1, got {values}.")

    @classmethod
    def parse(cls, text: str) -> Box:
        """Return the box written as `x,y,width,height`; raises InvalidBox for another text."""
        try:
            x, y, width, height = (float(part) for part in text.split(","))
        except ValueError as error:
            raise InvalidBox(f"Expected a box as x,y,width,height, got {text[:80]!r}.") from error
        return cls(x, y, width, height)


def crop(image: Image.Image, box: Box) -> Image.Image:
    """Return the region of the image, at least one pixel each way."""
    left, right = _span(box.x, box.width, image.width)
    top, bottom = _span(box.y, box.height, image.height)
    return image.crop((left, top, right, bottom))


def _span(start: float, length: float, pixels: int) -> tuple[int, int]:
    first = min(max(round(start * pixels), 0), pixels - 1)
    return first, max(min(round((start + length) * pixels), pixels), first + 1)
