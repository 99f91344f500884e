"""From rows to the indexes that all processes share: brought up to the journal by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from time import monotonic, sleep
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.embedders import load_embedder
from visualsearch.exceptions import EmbedderUnavailable, IndexUnavailable
from visualsearch.indexes import Changes, Index, Space, index_class
from visualsearch.indexes.base import ReadChanges
from visualsearch.models import (
    Journal,
    Publication,
    ServingEmbedder,
    ServingIndex,
    lapsed,
    lease_end,
    read_changes,
    space_of,
)
from visualsearch.opening import index_of
from visualsearch.sources import all_sources

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
"""After a failure this process leaves an engine alone for so long, or for nine times as long as the failure took."""

SECONDS_AT_ONCE = 5.0
"""A batch of saves is not kept waiting for longer: a backlog, as of an index that is being filled, goes on later."""

WAIT_SECONDS = 0.1
"""Pause before looking again whether another publisher is done."""

_pauses: dict[tuple[str, Space], float] = {}


class PublisherReplaced(IndexUnavailable):
    """Another process publishes to this index now: this one took too long."""


def publish() -> None:
    """Bring every shared index that answers or is being filled up to the journal.

    An engine that is down stops nothing else: the reason is logged and stands in the status, and the next call after a
    pause, by the bell or the sweeper, catches up.
    """
    for name in shared_indexes():
        for space in active_spaces():
            if monotonic() >= _pauses.get((name, space), 0.0):
                _publish_or_note(name, space)


def caught_up(space: Space, name: str = "") -> Index:
    """Return the index of the space with every row that is committed by now; a shared one is published to for it.

    Raises IndexUnavailable.
    """
    index = index_of(space, name)
    if index.shared:
        publish_space(name or ServingIndex.read().serving, space)
    else:
        index.catch_up(read_changes(space))
    return index


def publish_space(name: str, space: Space) -> None:
    """Bring one shared index up to the journal, waiting for another publisher; raises IndexUnavailable."""
    head, end = Journal.head(), monotonic() + 2 * get_settings().lease_seconds
    while not _publish(name, space):
        if monotonic() > end:
            raise IndexUnavailable(f"Another process has been publishing to {name} for too long; try again later.")
        if index_of(space, name).revision >= head:
            return
        sleep(WAIT_SECONDS)


def shared_indexes() -> list[str]:
    """Return the names of the active indexes that all processes share."""
    return [name for name in ServingIndex.read().active if _flags(name).shared]


def keep_attributes() -> bool:
    """Tell whether an active index narrows by attributes, so that the rows must hold them."""
    return any(_flags(name).conditions for name in ServingIndex.read().active)


def get_publications() -> list[Publication]:
    """Return how the active shared indexes follow the journal, by the spaces that answer or are being built."""
    spaces = {(space.source, space.fingerprint) for space in active_spaces()}
    rows = Publication.objects.filter(index__in=shared_indexes()).order_by("index", "source")
    return [row for row in rows if (row.source, row.fingerprint) in spaces]


def active_spaces() -> Iterator[Space]:
    """Yield the spaces of all sources that answer or are being built."""
    for name in ServingEmbedder.read().active:
        try:
            embedder = load_embedder(name)
            yield from [space_of(source.name, embedder) for source in all_sources()]
        except EmbedderUnavailable as error:
            logger.warning("Nothing is published for the embedder %s: %s", name, error)


@dataclass(frozen=True, slots=True)
class _Flags:
    shared: bool = False
    conditions: bool = False


def _flags(name: str) -> _Flags:
    try:
        found = index_class(name)
    except IndexUnavailable as error:  # a library that is missing must not stop a sync
        logger.error("No index can be kept in step: %s", error)
        return _Flags()
    return _Flags(found.shared, found.supports_conditions)


def _publish_or_note(name: str, space: Space) -> None:
    start = monotonic()
    try:
        _publish(name, space, end=start + SECONDS_AT_ONCE)
    except IndexUnavailable as error:
        now = monotonic()
        _pauses[name, space] = now + max(PAUSE_SECONDS, 9 * (now - start))
        logger.warning("%s is behind in the index %s: %s", space.source, name, error)
    else:
        _pauses.pop((name, space), None)


def _publish(name: str, space: Space, *, end: float = inf) -> bool:
    """Publish until nothing is left, also of what was written meanwhile, or until this moment of the monotonic clock.

    False when something is left, or another process is at it.
    """
    while token := _take(name, space):
        error = ""
        try:
            index = index_of(space, name)
            index.catch_up(_renewing(read_changes(space), token, end))
            done = index.revision >= Journal.head()
        except IndexUnavailable as raised:
            error = str(raised)
            raise
        finally:
            _give_back(token, error)
        # Whoever committed while we held the lease has left its rows to us.
        if done or monotonic() > end:
            return done
    return False


def _take(name: str, space: Space) -> str:
    """Return a token when this process alone may publish from now on, an empty text when another does."""
    token = uuid4().hex
    own = {"index": name, "source": space.source, "fingerprint": space.fingerprint}
    free = Q(token="") | lapsed()
    rows = Publication.objects.filter(**own)
    if not rows.exists():
        Publication.objects.bulk_create([Publication(**own)], ignore_conflicts=True)
    return token if rows.filter(free).update(token=token, until=lease_end()) else ""


def _renewing(read: ReadChanges, token: str, end: float) -> ReadChanges:
    """Return a reader that keeps the lease before each page, and ends at a moment or where another has taken it."""

    def renewed(since: int) -> Iterator[Changes]:
        for changes in read(since):
            if not Publication.objects.filter(token=token).update(until=lease_end()):
                raise PublisherReplaced("Another process publishes to this index now, since this one took too long.")
            yield changes
            if monotonic() > end:
                return

    return renewed


def _give_back(token: str, error: str) -> None:
    rows = Publication.objects.filter(token=token)
    if not error:
        rows.update(token="", until=None, error="", failed=None)
        return
    rows.filter(failed=None).update(failed=timezone.now())
    rows.update(token="", until=None, error=error)
