"""One drawn thing without a background: masks that are filled with colour, pattern and light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Floats = NDArray[np.floating[Any]]
Pattern = Callable[[Floats, Floats], Floats]
"""From places on a surface, u and v in -1 to 1, to how much of the second colour is there, 0 to 1."""

SIDE = 960
"""Things are drawn at twice the size of the pictures, which makes their edges smooth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """What a surface looks like."""

    colour: Colour
    second: Colour = (255, 255, 255)
    pattern: Pattern | None = None
    gloss: float = 0.15


@dataclass(slots=True)
class Layer:
    """The colours of the thing so far, and how much of each pixel it covers."""

    colours: Floats = field(default_factory=lambda: np.zeros((SIDE, SIDE, 3), np.float32))
    cover: Floats = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.float32))

    def polygon(self, points: Sequence[tuple[float, float]], paint: Paint, *, shade: str = "round") -> None:
        """Fill a polygon."""
        self._fill(paint, shade, lambda draw: draw.polygon([(x, y) for x, y in points], fill=255))

    def ellipse(self, x: float, y: float, rx: float, ry: float, paint: Paint, *, shade: str = "flat") -> None:
        """Fill an ellipse around a centre."""
        self._fill(paint, shade, lambda draw: draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=255))

    def box(
        self, box: tuple[float, float, float, float], paint: Paint, *, radius: float = 0, shade: str = "flat"
    ) -> None:
        """Fill a box with round corners."""
        self._fill(paint, shade, lambda draw: draw.rounded_rectangle(box, radius, fill=255))

    def line(self, points: Sequence[tuple[float, float]], width: int, paint: Paint, *, shade: str = "flat") -> None:
        """Draw a thick line with round joints."""

        def trace(draw: ImageDraw.ImageDraw) -> None:
            draw.line(list(points), fill=255, width=width, joint="curve")
            for x, y in (points[0], points[-1]):
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)

        self._fill(paint, shade, trace)

    def arc(self, x: float, y: float, rx: float, ry: float, width: int, paint: Paint) -> None:
        """Draw a thick ring, such as a handle."""
        self._fill(paint, "flat", lambda draw: draw.ellipse((x - rx, y - ry, x + rx, y + ry), outline=255, width=width))

    def as_image(self) -> Image.Image:
        """Return it with transparency."""
        pixels = np.dstack([self.colours, self.cover * 255])
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGBA")

    def _fill(self, paint: Paint, shade: str, trace: Callable[[ImageDraw.ImageDraw], Any]) -> None:
        mask_image = Image.new("L", (SIDE, SIDE))
        trace(ImageDraw.Draw(mask_image))
        bounds = mask_image.getbbox()
        if bounds is None:
            return
        left, top, right, bottom = bounds
        mask = np.asarray(mask_image.crop(bounds), np.float32) / 255
        place = np.s_[top:bottom, left:right]
        u, v = (_round_places if shade == "round" else _flat_places)(mask)
        surface = _surface(paint, u, v) * _light(shade, u, v)[..., None] + _gloss(shade, u, v, paint.gloss)[..., None]
        self.colours[place] += (surface - self.colours[place]) * mask[..., None]
        self.cover[place] = np.maximum(self.cover[place], mask)


def _flat_places(mask: Floats) -> tuple[Floats, Floats]:
    height, width = mask.shape
    v, u = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return u.astype(np.float32), v.astype(np.float32)


def _round_places(mask: Floats) -> tuple[Floats, Floats]:
    """Return places on a turned thing: u runs from its left to its right edge in every row."""
    height, width = mask.shape
    filled = mask > 0.5
    left = filled.argmax(axis=1)
    right = width - 1 - filled[:, ::-1].argmax(axis=1)
    half = np.maximum((right - left) / 2, 1)
    u = (np.arange(width)[None, :] - ((left + right) / 2)[:, None]) / half[:, None]
    v = np.broadcast_to(np.linspace(-1, 1, height)[:, None], mask.shape)
    return np.clip(u, -1, 1).astype(np.float32), v.astype(np.float32)


def _surface(paint: Paint, u: Floats, v: Floats) -> Floats:
    first = np.asarray(paint.colour, np.float32)
    if paint.pattern is None:
        return np.broadcast_to(first, (*u.shape, 3))
    share = paint.pattern(u, v)[..., None]
    return np.asarray(first + (np.asarray(paint.second, np.float32) - first) * share, np.float32)


def _light(shade: str, u: Floats, v: Floats) -> Floats:
    """Return how light a place is: the light comes from the left, from above and from in front."""
    if shade == "round":
        facing = -0.5 * u + 0.8 * np.sqrt(np.maximum(1 - u * u, 0))
        return np.asarray(0.5 + 0.58 * np.maximum(facing, 0) - 0.05 * v, np.float32)
    if shade == "pillow":
        bulge = np.sqrt(np.maximum(1.9 - u * u * u * u - v * v * v * v, 0))
        return np.asarray(0.52 + 0.36 * bulge - 0.13 * u - 0.14 * v, np.float32)
    return np.asarray(1.0 - 0.06 * u - 0.1 * v, np.float32)


def _gloss(shade: str, u: Floats, v: Floats, gloss: float) -> Floats:
    if shade != "round":
        return np.zeros_like(u)
    streak = np.exp(-(((u + 0.45) / 0.13) ** 2)) * np.clip(1.1 - np.abs(v), 0, 1)
    return np.asarray(255 * gloss * streak, np.float32)
