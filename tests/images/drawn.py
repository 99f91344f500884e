"""Pictures of two colours, whose edges tell how they were turned."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    image.save(file := BytesIO(), kind, **options)
    return file.getvalue()


def red_left_of_blue() -> Image.Image:
    image = Image.new("RGB", (64, 32), BLUE)
    image.paste(RED, (0, 0, 32, 32))
    return image


def colours(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the pixels in the middle of the left, right, top and bottom edge, rounded to full light."""
    width, height = image.size
    places = [(2, height // 2), (width - 3, height // 2), (width // 2, 2), (width // 2, height - 3)]
    return [tuple(255 * (value > 127) for value in image.getpixel(place)) for place in places]  # type: ignore[union-attr]
