"""Draws what is woven, printed or painted: rugs, cushions, covers, the faces of clocks."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tools.render.palette import Colour

SIDE = 640
Mask = NDArray[np.float64]


def print_image(pattern: str, colour: Colour, second: Colour) -> Image.Image:
    """Return a print in two colours; raises KeyError for a pattern that is not known."""
    if pattern in DRAWINGS:
        return DRAWINGS[pattern](colour, second)
    u, v = np.meshgrid(np.linspace(0, 1, SIDE), np.linspace(0, 1, SIDE))
    mask = np.clip(MASKS[pattern](u, v), 0, 1)[..., None]
    drawn = np.asarray(colour) * (1 - mask) + np.asarray(second) * mask
    threads = np.random.default_rng(7).normal(0, 5, (SIDE, SIDE, 1))
    image = Image.fromarray(np.clip(drawn + threads, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(0.6))


def _stripes(u: Mask, v: Mask) -> Mask:
    return (np.mod(u * 9, 1) < 0.5).astype(float)


def _fine_stripes(u: Mask, v: Mask) -> Mask:
    return (np.mod(u * 22, 1) < 0.22).astype(float)


def _broad(u: Mask, v: Mask) -> Mask:
    """Blocks of different heights, as flat-woven rugs have them."""
    edges = [0.06, 0.1, 0.24, 0.27, 0.3, 0.33, 0.5, 0.53, 0.67, 0.7, 0.73, 0.76, 0.9, 0.94]
    return np.searchsorted(edges, v).astype(float) % 2


def _check(u: Mask, v: Mask) -> Mask:
    return ((np.mod(u * 6, 1) < 0.5).astype(float) + (np.mod(v * 6, 1) < 0.5)) / 2


def _grid(u: Mask, v: Mask) -> Mask:
    return np.maximum(np.mod(u * 6, 1) < 0.07, np.mod(v * 6, 1) < 0.07).astype(float)


def _lattice(u: Mask, v: Mask) -> Mask:
    """Thin diamonds, a little uneven, as knotted by hand."""
    bend = 0.012 * np.sin(v * 31) + 0.012 * np.sin(u * 27)
    first, second = np.mod((u + v + bend) * 4, 1), np.mod((u - v + bend) * 4, 1)
    return np.maximum(first < 0.08, second < 0.08).astype(float)


def _kilim(u: Mask, v: Mask) -> Mask:
    """Stepped diamonds inside diamonds between borders."""
    x, y = np.floor(u * 60) / 60, np.floor(v * 60) / 60
    reach = np.abs(np.mod(x * 3, 1) - 0.5) + np.abs(np.mod(y * 3, 1) - 0.5)
    border = (np.abs(v - 0.5) > 0.45) & (np.mod(x * 15, 1) < 0.5)
    return np.where(np.abs(v - 0.5) > 0.44, border, (np.mod(reach * 5, 2) < 1)).astype(float)


def _herringbone(u: Mask, v: Mask) -> Mask:
    column = np.floor(u * 12)
    slope = np.where(column % 2 == 0, u * 12 - column, 1 - (u * 12 - column))
    return (np.mod(v * 24 + slope, 1) < 0.4).astype(float)


def _dots(u: Mask, v: Mask) -> Mask:
    row = np.floor(v * 9)
    x, y = np.mod(u * 9 + 0.5 * (row % 2), 1) - 0.5, np.mod(v * 9, 1) - 0.5
    return (x * x + y * y < 0.045).astype(float)


def _arches(u: Mask, v: Mask) -> Mask:
    """Rainbows of the seventies."""
    x, y = np.mod(u * 4, 1) - 0.5, np.mod(v * 4, 1)
    radius = np.hypot(x, y)
    return ((np.mod(radius * 9, 2) < 1) & (radius < 0.5)).astype(float)


def _waves(u: Mask, v: Mask) -> Mask:
    return (np.mod(v * 11 + 0.35 * np.sin(u * 25), 1) < 0.35).astype(float)


def _border(u: Mask, v: Mask) -> Mask:
    edge = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    return ((edge > 0.05) & (edge < 0.085)).astype(float)


def _terrazzo(u: Mask, v: Mask) -> Mask:
    random_ = np.random.default_rng(3)
    mask = np.zeros_like(u)
    for x, y, size, turn, long in random_.random((110, 5)):
        a, b = (u - x) * math.cos(turn * 6) + (v - y) * math.sin(turn * 6), (v - y) * math.cos(turn * 6)
        mask = np.maximum(mask, np.abs(a) / (0.6 + long) + np.abs(b) < 0.008 + size * 0.016)
    return mask


def _leaves(colour: Colour, second: Colour) -> Image.Image:
    """Twigs with leaves, strewn."""
    random_, image = random.Random(5), Image.new("RGB", (SIDE, SIDE), colour)
    pen = ImageDraw.Draw(image)
    for row in range(5):
        for column in range(5):
            x, y = (column + 0.5 * (row % 2) + 0.3) * SIDE / 5, (row + 0.5) * SIDE / 5
            _twig(pen, x, y, random_.uniform(0, 2 * math.pi), second)
    return image.filter(ImageFilter.GaussianBlur(0.8))


def _twig(pen: ImageDraw.ImageDraw, x: float, y: float, turn: float, colour: Colour) -> None:
    for step in range(-2, 3):
        at_x, at_y = x + step * 19 * math.cos(turn), y + step * 19 * math.sin(turn)
        for side in (-1, 1):
            out = turn + side * 1.0
            tip = (at_x + 34 * math.cos(out), at_y + 34 * math.sin(out))
            flank = [(at_x + 17 * math.cos(out + d), at_y + 17 * math.sin(out + d)) for d in (-0.3, 0.3)]
            pen.polygon([(at_x, at_y), flank[0], tip, flank[1]], fill=colour)
    pen.line(
        [x - 40 * math.cos(turn), y - 40 * math.sin(turn), x + 45 * math.cos(turn), y + 45 * math.sin(turn)], colour, 3
    )


def _face(style: str) -> Callable[[Colour, Colour], Image.Image]:
    """Return what draws the face of a clock: "lines", "numbers", "dots" or "quarters"."""

    def draw(colour: Colour, second: Colour) -> Image.Image:
        image = Image.new("RGB", (SIDE, SIDE), colour)
        pen = ImageDraw.Draw(image)
        for minute in range(60):
            _mark(pen, style, minute, second)
        return image

    return draw


def _mark(pen: ImageDraw.ImageDraw, style: str, minute: int, colour: Colour) -> None:
    angle, middle = math.radians(minute * 6 - 90), SIDE / 2
    x, y = math.cos(angle), math.sin(angle)
    if minute % 5 == 0 and (style == "numbers" or (style == "quarters" and minute % 15 == 0)):
        size = 62 if style == "numbers" else 76
        place = (middle + x * middle * 0.76, middle + y * middle * 0.76)
        pen.text(place, str(minute // 5 or 12), colour, ImageFont.load_default(size), anchor="mm")
    elif style == "dots" and minute % 5 == 0:
        dot = 17 if minute % 15 == 0 else 10
        a, b = middle + x * middle * 0.82, middle + y * middle * 0.82
        pen.ellipse([a - dot, b - dot, a + dot, b + dot], colour)
    elif style in ("lines", "numbers", "quarters"):
        long = (0.8 if minute % 5 == 0 else 0.89) if style == "lines" else 0.91
        ends = [(middle + x * middle * r, middle + y * middle * r) for r in (long, 0.94)]
        pen.line(ends, colour, 9 if minute % 5 == 0 else 3)


def _cover(style: str) -> Callable[[Colour, Colour], Image.Image]:
    """Return what draws the cover of a book: "rule", "disc", "arch", "rows" or "label"."""

    def draw(colour: Colour, second: Colour) -> Image.Image:
        image = Image.new("RGB", (SIDE, SIDE), colour)
        pen = ImageDraw.Draw(image)
        if style == "disc":
            pen.ellipse([180, 130, 500, 370], second)
        elif style == "arch":
            for step in range(5):
                box = [120 + step * 40, 170 + step * 30, 560 - step * 40, 640]
                pen.rounded_rectangle(box, 200 - step * 30, fill=second if step % 2 == 0 else colour)
        elif style == "rows":
            for row in range(9):
                pen.rectangle([90, 170 + row * 36, 590 - row * 45, 184 + row * 36], second)
        elif style == "label":
            pen.rectangle([190, 90, 490, 210], (240, 234, 220))
            pen.line([220, 170, 460, 170], colour, 5)
        else:
            pen.rectangle([70, 50, 610, 590], outline=second, width=8)
        if style != "label":
            pen.text(
                (340, 80 if style != "rule" else 260), TITLES[style], second, ImageFont.load_default(52), anchor="mm"
            )
        return image

    return draw


TITLES = {"rule": "FIELD NOTES", "disc": "SUN & TIDE", "arch": "AT HOME", "rows": "SLOW FOOD"}
MASKS: dict[str, Callable[[Mask, Mask], Mask]] = {
    "stripes": _stripes,
    "fine stripes": _fine_stripes,
    "blocks": _broad,
    "check": _check,
    "grid": _grid,
    "lattice": _lattice,
    "kilim": _kilim,
    "herringbone": _herringbone,
    "dots": _dots,
    "arches": _arches,
    "waves": _waves,
    "border": _border,
    "terrazzo": _terrazzo,
}
DRAWINGS: dict[str, Callable[[Colour, Colour], Image.Image]] = {
    "leaves": _leaves,
    **{f"face {style}": _face(style) for style in ("lines", "numbers", "dots", "quarters")},
    **{f"cover {style}": _cover(style) for style in ("rule", "disc", "arch", "rows", "label")},
}
