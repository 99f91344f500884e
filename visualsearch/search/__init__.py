"""From a photo, or from one product, to the shop's products: what a shop calls to search."""

from __future__ import annotations

from visualsearch.images import Box
from visualsearch.search.like import find_like
from visualsearch.search.pipeline import find_at, find_each, find_similar
from visualsearch.search.query import PhotoQuery
from visualsearch.search.results import Answer, Result, Tier
from visualsearch.search.seen import Seen

__all__ = ["Answer", "Box", "PhotoQuery", "Result", "Seen", "Tier", "find_at", "find_each", "find_like", "find_similar"]
