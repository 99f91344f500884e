"""Shop by photo for Django: what a shop writes to take part. Searching is in `visualsearch.search`."""

from __future__ import annotations

from visualsearch.presenting import Card, ChoiceFilter, FlagFilter, Link, RangeFilter, Sample
from visualsearch.sources import Picture, VisualSource, register, request_sync, unregister

__all__ = [
    "Card",
    "ChoiceFilter",
    "FlagFilter",
    "Link",
    "Picture",
    "RangeFilter",
    "Sample",
    "VisualSource",
    "register",
    "request_sync",
    "unregister",
]
__version__ = "0.1.0"
