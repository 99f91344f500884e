"""How a model takes part in visual search: its source, and the registry of all of them."""

from __future__ import annotations

from visualsearch.sources.registry import all_sources, get_source, register, sources_of, unregister
from visualsearch.sources.requests import request_sync
from visualsearch.sources.source import Picture, VisualSource

__all__ = [
    "Picture",
    "VisualSource",
    "all_sources",
    "get_source",
    "register",
    "request_sync",
    "sources_of",
    "unregister",
]
