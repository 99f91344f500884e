"""From one object's sync to its line and its figures."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from visualsearch.telemetry import metrics
from visualsearch.telemetry.lines import tell

logger = logging.getLogger("visualsearch.syncs")


def tell_sync(
    *,
    batch: str,
    source: str,
    object_key: str,
    asked: datetime | None,
    outcome: str,
    pictures: int | None,
    failed: int,
    revision: int | None,
) -> None:
    """Tell what a worker did for one object.

    `batch` is the same for all objects that a worker did at once; `asked` is when the first wish for it was written;
    `outcome` is `done`, `failed` where a picture was, or the name of the error that put the object off;
    `revision` is that of its newest row, which a search has read whose own revision is no lower.
    """
    seconds = max((timezone.now() - asked).total_seconds(), 0.0) if asked else None
    metrics.count_sync(failed=bool(failed), seconds=seconds)
    fields = {
        "sync_id": batch,
        "source": source,
        "object": object_key,
        "outcome": outcome,
        "pictures": pictures,
        "failed": failed,
        "revision": revision,
        "ms": None if seconds is None else round(seconds * 1000, 1),
    }
    tell(logger, "sync", fields)
