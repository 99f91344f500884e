"""What lies on a surface: where its second colour is."""

from __future__ import annotations

import numpy as np

from catalog.demo.goods.layer import Floats, Pattern


def _soft(edge: Floats, sharpness: float = 12.0) -> Floats:
    return np.asarray(1 / (1 + np.exp(np.clip(-edge * sharpness, -30, 30))), np.float32)


def _around(u: Floats) -> Floats:
    """Return the angle around a turned thing, so that a pattern narrows towards its edges."""
    return np.asarray(np.arcsin(u), np.float32)


def stripes(u: Floats, v: Floats) -> Floats:
    """Lines that lie."""
    return _soft(np.sin(v * 22) - 0.15)


def bars(u: Floats, v: Floats) -> Floats:
    """Lines that stand."""
    return _soft(np.sin(_around(u) * 14) - 0.1)


def dots(u: Floats, v: Floats) -> Floats:
    """Dots in rows, every second row moved by half."""
    down = v * 4.5
    row = np.round(down)
    across = _around(u) * 4 + 0.5 * (row % 2)
    apart = (across - np.round(across)) ** 2 + (down - row) ** 2
    return _soft(np.asarray(0.07 - apart, np.float32), 90)


def zigzag(u: Floats, v: Floats) -> Floats:
    """Lines that go up and down."""
    wave = np.abs((_around(u) * 3.2) % 2 - 1)
    return _soft(np.asarray(np.sin((v * 2.4 + wave * 0.55) * 6.3) - 0.3, np.float32), 10)


def checks(u: Floats, v: Floats) -> Floats:
    """A weave of light and dark fields."""
    across, down = _soft(np.sin(_around(u) * 9), 8), _soft(np.sin(v * 9), 8)
    return np.asarray(0.5 * across + 0.5 * down, np.float32)


def dipped(u: Floats, v: Floats) -> Floats:
    """Glaze over the upper part, with a wavy edge."""
    return _soft(np.asarray(-0.05 + 0.06 * np.sin(_around(u) * 5) - v, np.float32), 40)


def speckles(u: Floats, v: Floats) -> Floats:
    """Small spots without order."""
    grain = np.random.default_rng(7).random(u.shape).astype(np.float32)
    blurred = sum(np.roll(grain, (i, j), (0, 1)) for i in (-2, -1, 0, 1, 2) for j in (-2, -1, 0, 1, 2)) / 25
    return _soft(np.asarray(blurred - 0.6, np.float32), 120)


def rings(u: Floats, v: Floats) -> Floats:
    """Circles around the middle."""
    return _soft(np.asarray(np.sin(np.hypot(u, v) * 18), np.float32), 8)


def diamonds(u: Floats, v: Floats) -> Floats:
    """Fields that stand on a corner."""
    return _soft(np.asarray(np.cos(u * 9.5) + np.cos(v * 9.5) - 0.25, np.float32), 6)


def frame(u: Floats, v: Floats) -> Floats:
    """A border, and a field in the middle."""
    edge = np.maximum(np.abs(u), np.abs(v))
    return np.maximum(_soft(np.sin((edge - 0.62) * 16) - 0.3), _soft(np.asarray(0.28 - np.abs(u) - np.abs(v))))


def leaves(u: Floats, v: Floats) -> Floats:
    """Leaf shapes in rows."""
    down = v * 3
    row = np.round(down)
    across = _around(u) * 2.6 + 0.5 * (row % 2)
    x, y = across - np.round(across), down - row
    return _soft(np.asarray(0.16 * (1 - (2.1 * y) ** 2) - np.abs(x + 0.12 * y), np.float32), 60)


def wood(u: Floats, v: Floats) -> Floats:
    """The grain of wood."""
    return np.asarray(0.5 + 0.5 * np.sin(v * 40 + 3 * np.sin(u * 3 + v * 2)), np.float32) * 0.35


PATTERNS: dict[str, Pattern | None] = {
    "plain": None,
    "striped": stripes,
    "ribbed": bars,
    "dotted": dots,
    "zigzag": zigzag,
    "checked": checks,
    "dipped": dipped,
    "speckled": speckles,
    "ringed": rings,
    "diamond": diamonds,
    "bordered": frame,
    "leaf": leaves,
}
