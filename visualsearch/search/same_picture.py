"""Whether a photo is a copy of a picture: the same file, or cropped, resized, recompressed, or shown on a screen.

The smaller of the two is looked for in the larger one, at many sizes; where it fits best, their edges are compared.
Things that merely look alike agree in light and dark; only copies agree in their edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]
"""Grey values of shape (height, width), or colours of shape (height, width, 3), 0 to 255."""

Sums = NDArray[np.float64]

Region = tuple[float, float, float]
"""Centre and width of a region, in pixels of the image that it lies in."""

SIDE = 160
"""Pixels of the longer side that are looked at; nobody need decode more."""

COLOURS_LEAST, EDGES_LEAST, CELL_LEAST = 0.85, 0.65, 0.45
"""Lowest correlations of two copies: of the colours, of their edges, and of the edges in the worst of the cells.

The cells tell two prints on one shirt apart, whose outlines are the same. Things alike reach 0.98, 0.7 and 0.4.
"""

SMALLEST_CROP, SMALLEST_ON_SCREEN = 0.5, 0.35
"""Shares of each side down to which one is looked for in the other."""

_COARSE, _FINE = 48, 56
"""Pixels of the longer side where the place is searched, and where it is judged."""

_FINE_SHARE, _FINE_LEAST = 0.6, 28
"""Of a small image fewer pixels are compared: its smallest details are the compression's own."""

_CELLS = 3
_BUSY = 0.3
"""Cells a side, and how much of the mean energy of edges makes one count: noise in a plain cell says nothing."""

_STEP = 1.06
_FEWEST = 8
_HOPELESS, _CERTAIN = 0.7, 0.985
"""Correlations in the search for the place: below the one it is given up, at the other no further size is tried."""


def is_same_picture(photo: Image.Image, picture: Image.Image) -> bool:
    """Tell whether a photo is a copy of a picture, both RGB of any size; takes some milliseconds.

    Copies are cropped to no less than half of each side, smaller, recompressed, lit otherwise, or shown on the screen
    of a phone. Mirrored or turned ones are none, nor is another photo of the same thing.
    """
    smaller = min(max(photo.size), max(picture.size))
    fine = min(_FINE, max(_FINE_LEAST, round(smaller * _FINE_SHARE)))
    ours, theirs = _reduced(photo), _reduced(picture)
    for inner, outer, smallest in ((ours, theirs, SMALLEST_CROP), (theirs, ours, SMALLEST_ON_SCREEN)):
        region = _find(inner.convert("L"), outer.convert("L"), smallest)
        if region is not None and _agree(inner, outer, region, fine):
            return True
    return False


def _reduced(image: Image.Image) -> Image.Image:
    if max(image.size) <= SIDE:
        return image
    return image.resize(_size(image, SIDE), Image.Resampling.BOX, reducing_gap=2.0)


def _find(inner: Image.Image, outer: Image.Image, smallest: float) -> Region | None:
    """Return where the inner image fits best into the outer one, at its own proportions; None for nowhere."""
    scene = _Scene(_pixels(outer, _size(outer, _COARSE)))
    scale = outer.width / scene.width
    largest = min(scene.width / inner.width, scene.height / inner.height)
    best, found = _HOPELESS, None
    for step in range(int(np.log(1 / smallest) / np.log(_STEP)) + 1):
        width, height = (round(side * largest / _STEP**step) for side in inner.size)
        if min(width, height) < _FEWEST or best >= _CERTAIN:
            break
        correlation, left, top = scene.best_place(_pixels(inner, (width, height)))
        if correlation > best:
            best, found = correlation, ((left + width / 2) * scale, (top + height / 2) * scale, width * scale)
    return found


class _Scene:
    """An image in which others are looked for."""

    def __init__(self, grey: Pixels) -> None:
        self.height, self.width = grey.shape
        # Without their mean, small differences of large sums keep their digits.
        values = grey - grey.mean()
        self._spectrum = np.fft.rfft2(values)
        self._sums, self._squares = _summed(values), _summed(values**2)

    def best_place(self, template: Pixels) -> tuple[float, int, int]:
        """Return the highest correlation of the template with any window of its size, -1 to 1, and where it is."""
        shape = (self.height, self.width)
        height, width = template.shape
        values = template - template.mean()
        products = np.fft.irfft2(self._spectrum * np.conj(np.fft.rfft2(values, shape)), shape)
        products = products[: self.height - height + 1, : self.width - width + 1]
        spread = _windows(self._squares, height, width) - _windows(self._sums, height, width) ** 2 / values.size
        # A plain window agrees with nothing: one grey level a pixel is the least spread that counts.
        lengths = np.sqrt(np.maximum(spread, values.size) * max(float((values**2).sum()), values.size))
        correlations = products / lengths
        top, left = divmod(int(correlations.argmax()), correlations.shape[1])
        return float(correlations[top, left]), left, top


def _agree(inner: Image.Image, outer: Image.Image, region: Region, fine: int) -> bool:
    """Tell whether the inner image has the colours and edges of the region, once that is moved to where it fits."""
    size = _size(inner, fine)
    box = _fitted(inner.convert("L"), outer.convert("L"), region, size)
    ours, theirs = _pixels(inner, size), _pixels(outer, size, box)
    return (
        _correlation(ours, theirs) >= COLOURS_LEAST
        and _correlation(_edges(ours), _edges(theirs)) >= EDGES_LEAST
        and min(_cell_agreements(ours, theirs)) >= CELL_LEAST
    )


def _cell_agreements(ours: Pixels, theirs: Pixels) -> list[float]:
    """Return the correlation of the edges in each cell that has some."""
    pairs = [
        (_edges(a), _edges(b))
        for rows in zip(np.array_split(ours, _CELLS), np.array_split(theirs, _CELLS), strict=True)
        for a, b in zip(*(np.array_split(row, _CELLS, axis=1) for row in rows), strict=True)
    ]
    energies = [max(float((a * a).mean()), float((b * b).mean())) for a, b in pairs]
    least = _BUSY * sum(energies) / len(energies)
    return [_correlation(a, b) for (a, b), energy in zip(pairs, energies, strict=True) if energy >= least]


def _fitted(
    inner: Image.Image, outer: Image.Image, region: Region, size: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Return the box of the region, moved and scaled in ever smaller steps to where it fits the inner image."""
    wanted = _pixels(inner, size)
    box = _box(outer, region, size)
    best = _correlation(wanted, _pixels(outer, size, box))
    step = region[2] * 0.02
    for _ in range(5):
        for move in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 2), (0, 0, -2)):
            x, y, width = (value + step * way for value, way in zip(region, move, strict=True))
            moved = _box(outer, (x, y, width), size)
            better = _correlation(wanted, _pixels(outer, size, moved))
            if better > best:
                best, region, box = better, (x, y, width), moved
        step *= 0.55
    return box


def _box(image: Image.Image, region: Region, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the region, shrunk and shifted to lie inside the image."""
    x, y, width = region
    width = min(width, image.width, image.height * size[0] / size[1])
    height = width * size[1] / size[0]
    left = max(min(x - width / 2, image.width - width), 0.0)
    top = max(min(y - height / 2, image.height - height), 0.0)
    # Rounding may carry the far edge outside by a hair, which Pillow refuses.
    return left, top, min(left + width, float(image.width)), min(top + height, float(image.height))


def _pixels(image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None = None) -> Pixels:
    return np.asarray(image.resize(size, Image.Resampling.BOX, box), dtype=np.float32)


def _size(image: Image.Image, longest: int) -> tuple[int, int]:
    scale = longest / max(image.size)
    return max(_FEWEST, round(image.width * scale)), max(_FEWEST, round(image.height * scale))


def _edges(pixels: Pixels) -> Pixels:
    """Return the differences of neighbours, down and across."""
    return np.concatenate([np.diff(pixels, axis=0).ravel(), np.diff(pixels, axis=1).ravel()])


def _correlation(a: Pixels, b: Pixels) -> float:
    """Return Pearson's correlation, 0 where one of them is plain."""
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / length if length > 1e-3 else 0.0


def _summed(values: Pixels) -> Sums:
    """Return the sums of all that is above and left of each place, so that the sum of any window is four of them."""
    return np.pad(values.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))


def _windows(sums: Sums, height: int, width: int) -> Sums:
    """Return the sum over each window of this size."""
    return sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
