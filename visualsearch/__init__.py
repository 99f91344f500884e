"""Shop by photo for Django: what a shop writes to take part. Searching is in `visualsearch.search`."""

from __future__ import annotations

from visualsearch.sources import Picture, VisualSource, register

__all__ = ["Picture", "VisualSource", "register"]
__version__ = "0.1.0"
