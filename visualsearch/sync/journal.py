"""From a change in the shop to a wish in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from visualsearch.models import SyncRequest

BULK = timedelta(days=1)
"""By how much wishes for many objects come after those of single saves; older than that, they come first."""


def in_bulk() -> datetime:
    """Return the turn of wishes for many objects at once: behind every save that is made while they wait."""
    return timezone.now() + BULK


def request_sync(source: str, keys: Iterable[object], *, due: datetime | None = None) -> int:
    """Ask that the rows of these objects agree with them again; returns how many were asked for.

    `due` says whose turn is first, the lowest; now without it. Called in the transaction that changes the objects, the
    wish is kept or undone with them.
    """
    due = due or timezone.now()
    requests = [SyncRequest(source=source, object_key=str(key), due=due) for key in keys]
    SyncRequest.objects.bulk_create(requests, batch_size=1_000)
    return len(requests)
