"""From the photos that shoppers search with to what they have in common, once each answer has gone out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock

import numpy as np
from django.http import HttpRequest, HttpResponseBase

from visualsearch.behaviour.callers import caller_of, has_turn
from visualsearch.behaviour.closing import after
from visualsearch.conf import get_settings
from visualsearch.indexes.base import Space
from visualsearch.models import count_photos
from visualsearch.models.photo_means import Mean
from visualsearch.vectors import Vectors

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Photos that a process gathers before it writes: what the database holds, and what it changes by, is never of one."""


class Gathered:
    """The photos of one process that are not in the database yet, as one sum a space; for all of its threads."""

    def __init__(self, write: Callable[[Space, Mean, int], bool]) -> None:
        """`write` takes a sum of vectors and their number in, or tells that it could not."""
        self._write = write
        self._lock = Lock()
        self._sums: dict[Space, tuple[Mean, int]] = {}

    def add(self, space: Space, vector: Vectors) -> None:
        """Add a photo, shape (1, dimensions), and write where there are enough; what cannot be written is kept."""
        total, count = self._plus(space, vector[0], 1)
        if count < AT_ONCE:
            return
        with self._lock:
            total, count = self._sums.pop(space, (total, 0))
        if count and not self._written(space, total, count):
            self._plus(space, total, count)

    def _plus(self, space: Space, vector: Mean, more: int) -> tuple[Mean, int]:
        with self._lock:
            total, count = self._sums.get(space, (np.zeros_like(vector), 0))
            self._sums[space] = (total + vector, count + more)
            return self._sums[space]

    def _written(self, space: Space, total: Mean, count: int) -> bool:
        try:
            return self._write(space, total, count)
        except Exception as error:  # a database may raise anything, and nobody waits for this
            logger.warning("%s photos are not counted yet: %s", count, error)
            return False


_gathered = Gathered(count_photos)


def count_after(
    response: HttpResponseBase, request: HttpRequest, *, source: str, fingerprint: str, vector: Vectors | None
) -> None:
    """Count a shopper's whole photo into the mean of all, where ADAPT_TO_PHOTOS is on, once the answer has gone out.

    `vector`, shape (1, dimensions), is what it showed before it was adapted; None for what does not count. A caller
    counts once an hour, so that nobody moves the mean by asking often.
    """
    if vector is None or not get_settings().adapt_to_photos:
        return
    space = Space(source=source, fingerprint=fingerprint, dimensions=vector.shape[1])
    caller = caller_of(request)
    after(response, lambda: _count(space, vector, caller))


def _count(space: Space, vector: Vectors, caller: str) -> None:
    try:
        counts = has_turn(caller)
    except Exception as error:  # a cache may raise anything
        logger.warning("A photo is not counted, since the cache cannot be asked: %s", error)
        return
    if counts:
        _gathered.add(space, vector)
