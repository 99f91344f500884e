"""How the phone is held: askew, too near, or what shows is its mirror image."""

from __future__ import annotations

import numpy as np
from PIL import Image

from visualsearch.search.disturbances.ground import border_colour

_DEGREES = (10.0, 25.0)
_KEPT = 2 / 3


def rotated(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Turn by 10 to 25 degrees either way; nothing is cut off, the corners have the colour of the border."""
    degrees = chance.uniform(*_DEGREES) * chance.choice([-1, 1])
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=border_colour(image))


def cropped(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Keep two thirds of each side, anywhere."""
    width, height = (max(1, round(side * _KEPT)) for side in image.size)
    left, top = (int(chance.integers(0, room + 1)) for room in (image.width - width, image.height - height))
    return image.crop((left, top, left + width, top + height))


def mirrored(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Exchange left and right, as front cameras and some feeds do."""
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
