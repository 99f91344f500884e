"""How far what is searched is behind the shop."""

from __future__ import annotations

from django.utils import timezone

from visualsearch.models import SyncRequest


def get_lag() -> float:
    """Return the milliseconds since the oldest change was saved that no worker has got to, 0 where there is none.

    A change that failed and waits for another try does not count: the picture is broken, not the search behind.
    """
    oldest = SyncRequest.objects.filter(attempts=0).order_by("pk").values_list("created", flat=True).first()
    return 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds() * 1000)
