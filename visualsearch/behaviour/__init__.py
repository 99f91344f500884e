"""What was searched and what shoppers did with it: written so that no search waits for it, deleted after some days."""

from __future__ import annotations

from visualsearch.behaviour.retention import forget_behaviour
from visualsearch.behaviour.searches import record_after

__all__ = ["forget_behaviour", "record_after"]
