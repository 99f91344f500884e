"""Signs of life of workers and of beat, for whoever must know that they are there."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from django.utils import timezone

from visualsearch.models import Heartbeat

EVERY_SECONDS = 5.0
"""How often one process writes a sign at most."""

KEPT = timedelta(days=7)
"""How long the sign of a host is kept that is not there any more."""

_written: dict[str, float] = {}
_lock = Lock()


def record_heartbeat(role: str) -> None:
    """Write that this role, `worker` or `beat`, lives on this host."""
    with _lock:
        if monotonic() - _written.get(role, -EVERY_SECONDS) < EVERY_SECONDS:
            return
        _written[role] = monotonic()
    now = timezone.now()
    if not Heartbeat.objects.filter(role=role, host=_host()).update(seen=now):
        Heartbeat.objects.bulk_create([Heartbeat(role=role, host=_host(), seen=now)], ignore_conflicts=True)
        Heartbeat.objects.filter(seen__lt=now - KEPT).delete()


def last_heartbeat(role: str) -> datetime | None:
    """Return when this role was last seen on any host; None if never."""
    return Heartbeat.objects.filter(role=role).order_by("-seen").values_list("seen", flat=True).first()


def _host() -> str:
    return socket.gethostname()[:100]
