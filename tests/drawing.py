"""Pictures that tests draw."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw


def draw(colour: str = "red", shape: str = "ellipse", *, size: int = 96, format: str = "PNG") -> bytes:
    """Return the bytes of a picture: one shape ("ellipse" or "rectangle") of one colour on white."""
    image = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(image)
    getattr(pen, shape)((size * 0.2, size * 0.3, size * 0.8, size * 0.9), fill=colour)
    buffer = BytesIO()
    image.save(buffer, format)
    return buffer.getvalue()


def draw_mosaic(number: int, *, size: int = 96) -> bytes:
    """Return the bytes of a picture unlike that of any other number: 36 tiles of chance colours."""
    colours = Random(number).randbytes(6 * 6 * 3)
    buffer = BytesIO()
    Image.frombytes("RGB", (6, 6), colours).resize((size, size), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()
