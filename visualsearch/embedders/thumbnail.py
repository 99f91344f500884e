"""Embeds without a model: the colours in the middle, the edges, and a coarse layout of a thumbnail.

It tells goods by colour and little else. It is here so that a shop works before any weights are there, and tests rank
real pictures without torch. Its numbers were chosen on photos of groceries against pictures on white.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualsearch.embedders.base import Embedder
from visualsearch.vectors import Vectors, normalise

Values = NDArray[np.floating[Any]]

_SIDE = 48
_BINS = (2, 12, 12)
"""Of light, red against green, yellow against blue: colour tells goods apart, light tells shops apart."""
_RANGES = ((0.0, 1.0), (-0.5, 0.5), (-0.5, 0.8))
_ANGLES, _EDGE_CELLS, _EDGE_SHARE = 8, 3, 0.35
_LAYOUT_CELLS, _LAYOUT_SHARE = 4, 0.2

_row, _column = np.mgrid[0:_SIDE, 0:_SIDE]
_from_centre = ((_row - _SIDE / 2 + 0.5) ** 2 + (_column - _SIDE / 2 + 0.5) ** 2) / (_SIDE / 2) ** 2
_CENTRE, _WIDE = (np.exp(-_from_centre / (2 * spread**2)) for spread in (0.3, 0.5))
_EDGE_CELL = (_row * _EDGE_CELLS // _SIDE) * _EDGE_CELLS + _column * _EDGE_CELLS // _SIDE


class ThumbnailEmbedder(Embedder):
    """Describes a thumbnail by hand-made numbers; needs nothing but NumPy and Pillow."""

    name = "thumbnail"
    dimensions = int(np.prod(_BINS)) + _ANGLES * _EDGE_CELLS**2 + 3 * _LAYOUT_CELLS**2
    fingerprint = f"thumbnail-1-{dimensions}"

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        rows = [_describe(image) for image in images]
        return normalise(np.array(rows, dtype=np.float32).reshape(-1, self.dimensions))


def _describe(image: Image.Image) -> Values:
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    pixels = np.asarray(small, dtype=np.float64) / 255
    red, green, blue = np.moveaxis(pixels, 2, 0)
    opponent = np.stack([pixels.mean(axis=2), red - green, (red + green) / 2 - blue])
    # White is what shops put behind a product: it counts little, and yet something, for the sake of white goods.
    weights = _CENTRE * ((1 - pixels.min(axis=2)) / 0.3).clip(0.02, 1)
    # The power lets small patches of colour speak beside large ones.
    colours = _unit(_unit(_histogram(opponent, weights)) ** 0.3)
    return np.concatenate([colours, _EDGE_SHARE * _edges(opponent[0]), _LAYOUT_SHARE * _layout(opponent)])


def _histogram(opponent: Values, weights: Values) -> Values:
    """Share each pixel between its nearest bins, so that a little other light changes little."""
    counts = np.zeros(int(np.prod(_BINS)))
    lower, share = [], []
    for values, bins, (low, high) in zip(opponent, _BINS, _RANGES, strict=True):
        place = ((values - low) / (high - low)).clip(0, 1) * (bins - 1)
        lower.append(np.floor(place).astype(int).clip(0, bins - 2))
        share.append(place - lower[-1])
    for corner in product((0, 1), repeat=3):
        part = weights * np.prod([s if up else 1 - s for s, up in zip(share, corner, strict=True)], axis=0)
        bins_of = np.ravel_multi_index([at + up for at, up in zip(lower, corner, strict=True)], _BINS)
        counts += np.bincount(bins_of.ravel(), part.ravel(), len(counts))
    return counts


def _edges(light: Values) -> Values:
    """Return how strong the edges are in each of the cells and directions."""
    down, across = np.gradient(light)
    angle = np.arctan2(down, across) % np.pi / np.pi * _ANGLES
    place = _EDGE_CELL * _ANGLES + np.minimum(angle.astype(int), _ANGLES - 1)
    strength = np.bincount(place.ravel(), (np.hypot(down, across) * _WIDE).ravel(), _ANGLES * _EDGE_CELLS**2)
    root = np.sqrt(strength)
    return _unit(root - root.mean())


def _layout(opponent: Values) -> Values:
    step = _SIDE // _LAYOUT_CELLS
    cells = opponent.reshape(3, _LAYOUT_CELLS, step, _LAYOUT_CELLS, step).mean(axis=(2, 4))
    return _unit((cells - np.array([0.5, 0, 0]).reshape(3, 1, 1)).ravel())


def _unit(values: Values) -> Values:
    """Return unit length; nothing, such as the edges of one plain colour, stays nothing."""
    return np.asarray(values / max(float(np.linalg.norm(values)), 1e-9))
