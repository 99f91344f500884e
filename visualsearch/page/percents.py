"""A box as the page writes it."""

from __future__ import annotations

from dataclasses import astuple

from visualsearch.images import Box


def percents(box: Box) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a box in percent, with one decimal."""
    x, y, width, height = astuple(box)
    return round(x * 100, 1), round(y * 100, 1), round((x + width) * 100, 1), round((y + height) * 100, 1)
