"""From a picture of the shop to what a phone, an app or another shop makes of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from visualsearch.search.disturbances.copies import as_screenshot, recompressed
from visualsearch.search.disturbances.framing import cropped, mirrored, rotated
from visualsearch.search.disturbances.optics import blurred, relit
from visualsearch.search.disturbances.surroundings import elsewhere

__all__ = ["DISTURBANCES", "disturb"]

_BY_NAME: dict[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
    "rotation": rotated,
    "crop": cropped,
    "light": relit,
    "blur": blurred,
    "jpeg": recompressed,
    "screenshot": as_screenshot,
    "mirror": mirrored,
}

DISTURBANCES: tuple[str, ...] = (
    "none",
    "rotation",
    "crop",
    "light",
    "blur",
    "jpeg",
    "screenshot",
    "background",
    "mirror",
)
"""What `disturb` knows: `none` is the picture as it is, the measure of all others."""


def disturb(image: Image.Image, disturbance: str, seed: int, *, scenes: Sequence[Image.Image] = ()) -> Image.Image:
    """Return an RGB image as it is after one of `DISTURBANCES`; the same pixels and seed give the same image.

    `image` is RGB of any size. `rotation`: 10 to 25 degrees either way; `crop`: two thirds of each side; `light`:
    exposure, white balance and saturation; `blur`: out of focus or moved; `jpeg`: a quarter of each side, quality 25
    to 50; `screenshot`: a phone's screen with bars and words around the picture; `background`: a plain ground is
    replaced by one of `scenes` or a drawn one, and a picture without such a ground is laid on a table; `mirror`: left
    is right. Where that changes nothing, as blur of one plain colour does, the image is enlarged by a pixel: only
    `none` gives back the pixels that came. Raises ValueError for another word.
    """
    if disturbance not in DISTURBANCES:
        raise ValueError(f"Expected one of {', '.join(DISTURBANCES)}, got {disturbance!r}.")
    if disturbance == "none":
        return image.copy()
    pixels = image.tobytes()
    # Each picture has chances of its own, or one seed would turn a whole shop by one angle.
    chance = np.random.default_rng([seed % 2**63, zlib.crc32(disturbance.encode()), zlib.crc32(pixels)])
    if disturbance == "background":
        disturbed = elsewhere(image, chance, scenes)
    else:
        disturbed = _BY_NAME[disturbance](image, chance)
    if disturbed.size == image.size and disturbed.tobytes() == pixels:
        return image.resize((image.width + 1, image.height + 1))
    return disturbed
