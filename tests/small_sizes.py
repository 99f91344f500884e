"""The shop's settings with sizes so small that a few products are enough for lists, deltas and compactions."""

from __future__ import annotations

from catalog.settings import *  # noqa: F403
from catalog.settings import VISUALSEARCH

VISUALSEARCH |= {"IVF_FROM": 60, "COMPACT_FROM": 10, "COMPACT_SECONDS": 1.0}
