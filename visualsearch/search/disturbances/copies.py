"""What apps make of a picture on its way: smaller and recompressed, or a screenshot."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

_QUALITY = (25, 50)
_SIDE_LEAST = 8
"""Pixels: nobody passes on less, and search refuses it."""

_SCREEN = (540, 1170)
"""Pixels of the drawn screen, 9 to 19.5 as most phones have it."""
_STATUS_BAR, _APP_BAR, _NAVIGATION = 42, 84, 66
_PICTURE_HEIGHT_MOST = 760


def recompressed(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Shrink to a quarter of each side and save as a JPEG of low quality."""
    width, height = (min(side, max(round(side / 4), _SIDE_LEAST)) for side in image.size)
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=int(chance.integers(_QUALITY[0], _QUALITY[1] + 1)))
    with Image.open(buffer) as decoded:
        return decoded.convert("RGB")


def as_screenshot(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Show it on a phone's screen, light or dark, between the bars of an app and lines of text."""
    paper, ink = ((250, 250, 250), (40, 40, 44)) if chance.random() < 0.6 else ((18, 18, 20), (225, 225, 228))
    accent = tuple(int(value) for value in chance.integers(30, 226, 3))
    screen = Image.new("RGB", _SCREEN, paper)
    pen = ImageDraw.Draw(screen)
    _draw_bars(pen, ink, accent if chance.random() < 0.4 else paper)
    picture = _fitted(image)
    top = _STATUS_BAR + _APP_BAR + int(chance.integers(0, 40))
    screen.paste(picture, ((_SCREEN[0] - picture.width) // 2, top))
    _draw_words(pen, chance, top + picture.height + 24, ink, accent)
    return screen


def _fitted(image: Image.Image) -> Image.Image:
    """Return the image as wide as the screen, or as high as there is room."""
    scale = min(_SCREEN[0] / image.width, _PICTURE_HEIGHT_MOST / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _draw_bars(pen: ImageDraw.ImageDraw, ink: tuple[int, ...], bar: tuple[int, ...]) -> None:
    """Draw clock, battery, the app's bar with its buttons, and the keys at the bottom."""
    width, height = _SCREEN
    pen.rectangle((0, 0, width, _STATUS_BAR + _APP_BAR - 1), fill=bar)
    pen.rounded_rectangle((24, 14, 84, 28), 4, fill=ink)
    for left in (width - 130, width - 98, width - 66):
        pen.rounded_rectangle((left, 14, left + 22, 28), 3, fill=ink)
    pen.line([(46, 68), (30, 84), (46, 100)], fill=ink, width=5)
    pen.rounded_rectangle((80, 74, 300, 94), 6, fill=ink)
    pen.ellipse((width - 60, 70, width - 32, 98), outline=ink, width=4)
    middle = height - _NAVIGATION // 2
    pen.rounded_rectangle((width // 2 - 80, middle - 4, width // 2 + 80, middle + 4), 4, fill=ink)


def _draw_words(
    pen: ImageDraw.ImageDraw, chance: np.random.Generator, top: int, ink: tuple[int, ...], accent: tuple[int, ...]
) -> None:
    """Draw a button and lines of words, as bars, down to the keys."""
    width, bottom = _SCREEN[0], _SCREEN[1] - _NAVIGATION
    pen.rounded_rectangle((24, top, 200, top + 44), 20, fill=accent)
    for y in range(top + 72, bottom - 20, 34):
        pen.rounded_rectangle((24, y, int(chance.integers(width // 3, width - 24)), y + 14), 5, fill=ink)
