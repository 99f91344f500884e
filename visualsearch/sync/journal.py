"""From a change in the shop to a wish in the journal."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from visualsearch.keys import KEY_MOST
from visualsearch.models import SyncRequest

logger = logging.getLogger(__name__)

BULK = timedelta(days=1)
"""By how much wishes for many objects come after those of single saves; older than that, they come first."""


def in_bulk() -> datetime:
    """Return the turn of wishes for many objects at once: behind every save that is made while they wait."""
    return timezone.now() + BULK


def request_sync(source: str, keys: Iterable[object], *, due: datetime | None = None) -> int:
    """Ask that the rows of these objects agree with them again; returns how many were asked for.

    `due` says whose turn is first, the lowest; now without it. Called in the transaction that changes the objects, the
    wish is kept or undone with them. An object whose key no row can hold is left out: its save must not fail for it.
    """
    due = due or timezone.now()
    requests = [SyncRequest(source=source, object_key=key, due=due) for key in map(str, keys) if _fits(source, key)]
    SyncRequest.objects.bulk_create(requests, batch_size=1_000)
    return len(requests)


def _fits(source: str, key: str) -> bool:
    if len(key) <= KEY_MOST:
        return True
    logger.error("%s %s... cannot be searched: its key is longer than %d characters.", source, key[:40], KEY_MOST)
    return False
