"""Photos as phones send them, of the mosaics that the shop sells."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.drawing import draw_mosaic

GOODS = 200
"""Mosaics 0 and on are in the shop before the load begins."""
SIZE = (1600, 1200)
"""To which the shop-by-photo page reduces a photo, too."""


def take_photo(number: int) -> bytes:
    """Return a JPEG of a mosaic with a sensor's noise, some 800 kB."""
    with Image.open(BytesIO(draw_mosaic(number, size=SIZE[1]))) as mosaic:
        photo = Image.new("RGB", SIZE, "white")
        photo.paste(mosaic, ((SIZE[0] - SIZE[1]) // 2, 0))
    noise = Image.effect_noise(SIZE, 40).convert("RGB")
    buffer = BytesIO()
    Image.blend(photo, noise, 0.15).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
