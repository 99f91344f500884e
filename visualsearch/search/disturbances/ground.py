"""What a product stands before: the colour of the border, and the product without a plain ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

_BORDER_SHARE = 0.03
_PLAIN_SHARE = 0.85
"""Share of the border that must have the ground's colour."""
_NEAR = 22.0
"""Distance in RGB, of 0 to 441, up to which a pixel has the ground's colour; JPEG and soft shadows take that much."""
_FLOOD_SIDE = 128
_PRODUCT_SHARE = (0.01, 0.95)


def border_colour(image: Image.Image) -> tuple[int, int, int]:
    """Return the median colour of the pixels at the edge, RGB of 0 to 255."""
    red, green, blue = np.median(_border(image), axis=0).astype(int).tolist()
    return red, green, blue


def cut_out(image: Image.Image) -> Image.Image | None:
    """Return the product as RGBA within its bounds, its plain ground transparent; None where no plain ground is.

    What has the ground's colour inside the product stays: only what is connected with the edge is taken away.
    """
    colour = np.array(border_colour(image), np.float32)
    if (_distance(_border(image), colour) <= _NEAR).mean() < _PLAIN_SHARE:
        return None
    distance = _distance(np.asarray(image), colour)
    ground = _connected(distance <= _NEAR)
    # Towards the ground a product's edge fades, or a seam of the old ground would frame it.
    cover = 1 - ground * (1 - (distance / (2 * _NEAR)).clip(0, 1))
    alpha = Image.fromarray(np.rint(cover * 255).astype(np.uint8))
    bounds = alpha.point([0] * 128 + [255] * 128).getbbox()
    if bounds is None or not _PRODUCT_SHARE[0] < float((cover > 0.5).mean()) < _PRODUCT_SHARE[1]:
        return None
    product = image.copy()
    product.putalpha(alpha)
    return product.crop(bounds)


def _border(image: Image.Image) -> NDArray[np.uint8]:
    """Return the pixels at the four edges, shape (n, 3)."""
    pixels = np.asarray(image)
    wide = max(1, round(min(image.size) * _BORDER_SHARE))
    parts = (pixels[:wide], pixels[-wide:], pixels[:, :wide], pixels[:, -wide:])
    return np.concatenate([part.reshape(-1, 3) for part in parts])


def _distance(pixels: NDArray[np.uint8], colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each pixel is from a colour, RGB on the last axis."""
    apart = pixels.astype(np.float32) - colour
    return np.asarray(np.sqrt(np.square(apart).sum(axis=-1)), np.float32)


def _connected(near: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how far each pixel belongs to the ground that begins at the edge, 0 to 1, in the shape of `near`."""
    mask = Image.fromarray(np.where(near, 255, 0).astype(np.uint8))
    # Pillow floods in Python, pixel by pixel: a small mask is enough, `cut_out` sharpens it again.
    small = mask.resize((min(mask.width, _FLOOD_SIDE), min(mask.height, _FLOOD_SIDE)), Image.Resampling.BOX)
    open_to_edge = ImageOps.expand(small.point([0] * 128 + [255] * 128), 1, fill=255)
    ImageDraw.floodfill(open_to_edge, (0, 0), 128)
    flooded = open_to_edge.crop((1, 1, small.width + 1, small.height + 1)).point([0] * 128 + [255] + [0] * 127)
    # One place further than it reaches, or a light seam of the ground would stay around the product.
    wider = flooded.filter(ImageFilter.MaxFilter(3))
    return np.asarray(np.asarray(wider.resize(mask.size, Image.Resampling.BILINEAR)) / 255, np.float32)
