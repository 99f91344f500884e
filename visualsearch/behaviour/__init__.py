"""What was searched and what shoppers did with it: written so that no search waits for it, deleted after some days."""

from __future__ import annotations

from visualsearch.behaviour.photos import count_after
from visualsearch.behaviour.retention import forget_behaviour, forget_vectors
from visualsearch.behaviour.searches import record_after

__all__ = ["count_after", "forget_behaviour", "forget_vectors", "record_after"]
