"""From a decoded image of any mode to one that is upright, in sRGB and on white."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from visualsearch.images.profiles import in_srgb

_ORIENTATION = 0x0112
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright_rgb(image: Image.Image, *, longest_side: int | None = None, profile_bytes_most: int) -> Image.Image:
    """Return a decoded image turned upright, on white, in RGB and without metadata.

    With `longest_side` it may be shrunk to no less than that many pixels and less than twice as many. A colour profile
    of more bytes than `profile_bytes_most` is left aside.
    """
    turn = _TO_UPRIGHT.get(_orientation_of(image) or 1)
    plain = _plain(image)
    if longest_side:
        # Before the colours: they are then those of far fewer pixels.
        plain = _reduced(plain, longest_side)
    profile = image.info.get("icc_profile") or b""
    rgb = _on_white(plain, profile if len(profile) <= profile_bytes_most else b"")
    return rgb if turn is None else rgb.transpose(turn)


def _orientation_of(image: Image.Image) -> int | None:
    try:
        return image.getexif().get(_ORIENTATION)
    except Exception:
        # Cameras and editors write broken EXIF; the pixels are worth more than the doubt about which way is up.
        return None


def _plain(image: Image.Image) -> Image.Image:
    """Return the image with eight bits a channel, as L, LA, RGB, RGBA or CMYK: no palette, no transparent colour."""
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.has_transparency_data:
        return image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale deep grey values to 0..255; Pillow's own conversion clips them to white."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    # 32-bit integers and floats have no agreed white, so the brightest pixel is.
    values: Any = np.nan_to_num(np.asarray(image, dtype=np.float32))
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(np.rint((values - low) * (255 / max(high - low, 1e-12))).clip(0, 255).astype(np.uint8))


def _reduced(image: Image.Image, longest_side: int) -> Image.Image:
    """Shrink by a whole number, which is quick; whoever wants an exact size resizes once, not twice."""
    factor = max(image.size) // longest_side
    return image.reduce(factor) if factor > 1 else image


def _on_white(image: Image.Image, profile: bytes) -> Image.Image:
    """Return a new RGB image: only pixels are pasted, so no metadata comes along."""
    cover = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if cover:
        image = image.convert("L" if image.mode == "LA" else "RGB")
    clean = Image.new("RGB", image.size, "white")
    clean.paste(in_srgb(image, profile), mask=cover)
    return clean
