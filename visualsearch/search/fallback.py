"""Which index answers a search: the shop's own, or another while that one cannot be reached."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Index, Space, index_class
from visualsearch.models import ServingIndex
from visualsearch.opening import open_index

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
"""For so long a shared index that failed is not asked again by this process, where another answers for it."""

_pauses: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that is ready to be searched."""

    index: Index
    revision: int
    """The journal's revision that it has reached at least."""


def open_answering(space: Space) -> Opened:
    """Return the index that answers now.

    Raises IndexUnavailable when it cannot be reached and the setting FALLBACK_INDEX names no other.
    """
    name = ServingIndex.read().serving
    if monotonic() < _pauses.get(name, 0.0):
        return open_fallback(space, IndexUnavailable(f"The index {name} could not be reached a moment ago."))
    try:
        index = open_index(space, name)
        return Opened(index, index.revision)
    except IndexUnavailable as error:
        return open_fallback(space, error)


def open_fallback(space: Space, error: IndexUnavailable) -> Opened:
    """Return the index that answers for the one that failed; raises the `error` of that where there is none."""
    fallback, name = get_settings().fallback_index, ServingIndex.read().serving
    if fallback in ("", name) or not index_class(name).shared:
        raise error
    if monotonic() >= _pauses.get(name, 0.0):
        _pauses[name] = monotonic() + PAUSE_SECONDS
        logger.error("Searches are answered by the index %s, since %s failed: %s", fallback, name, error)
    index = open_index(space, fallback)
    return Opened(index, index.revision)
