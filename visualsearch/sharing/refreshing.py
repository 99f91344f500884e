"""This process's index, brought up to the journal with as little reading as can be."""

from __future__ import annotations

from threading import Thread
from time import monotonic
from weakref import WeakKeyDictionary

from visualsearch.conf import get_settings
from visualsearch.indexes import Index
from visualsearch.models import read_changes
from visualsearch.sharing.fetching import fetch, find_newer
from visualsearch.sharing.storage import is_shared

WAIT_SECONDS = 30.0
"""How long a process that starts waits for another of its host that is fetching, before it reads the journal itself."""

_looked: WeakKeyDictionary[Index, float] = WeakKeyDictionary()


def refresh(index: Index) -> None:
    """Make the index ready for a search, with every row that is committed by now.

    Where hosts share snapshots, one is fetched here and now only by a process that has read nothing yet, and which it
    saves a long journal. Later that is done in a thread, so that no search waits; a host without a worker keeps up too.
    """
    # An index that all processes share has no snapshots.
    fetches = is_shared() and not index.shared
    if fetches and index.revision == 0:
        _fetch_first(index)
    index.refresh(read_changes(index.space))
    if fetches and _is_due(index) and index.needs_snapshot():
        _fetch_aside(index)


def _fetch_first(index: Index) -> None:
    upload, here = find_newer(index), index.snapshot()
    if upload and upload.revision - (here[0][0] if here else 0) >= get_settings().compact_from:
        fetch(index, upload, wait=WAIT_SECONDS)


def _is_due(index: Index) -> bool:
    # Two searches may find it due at once: the lock of the folder lets one of them write.
    now = monotonic()
    if now - _looked.setdefault(index, now) < get_settings().compact_seconds:
        return False
    _looked[index] = now
    return True


def _fetch_aside(index: Index) -> None:
    if upload := find_newer(index):
        Thread(target=fetch, args=(index, upload), name="visualsearch-fetch", daemon=True).start()
