"""From a change in the shop to a wish in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from visualsearch.models import SyncRequest


def request_sync(source: str, keys: Iterable[object], *, due: datetime | None = None) -> int:
    """Ask that the rows of these objects agree with them again; returns how many were asked for.

    Called in the transaction that changes the objects, it is kept or undone with them.
    """
    due = due or timezone.now()
    requests = [SyncRequest(source=source, object_key=str(key), due=due) for key in keys]
    SyncRequest.objects.bulk_create(requests, batch_size=1_000)
    return len(requests)
