"""A clock that can be set for the processes of one shop alone: what Python, Django and Celery are told of the time."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from celery import Celery
from django.utils import timezone

CLOCK = "clock"
"""Name of the file in VAR_DIR that holds by how many seconds the clock is wrong."""

_real_time, _real_now, _celery_now = time.time, timezone.now, Celery.now


def install(folder: Path) -> None:
    """Let every later question for the time be answered by the wrong clock."""
    file = folder / CLOCK

    def wrong() -> float:
        return float(file.read_text()) if file.exists() else 0.0

    def now() -> datetime:
        return _real_now() + timedelta(seconds=wrong())

    def celery_now(self: Any) -> datetime:
        return _celery_now(self) + timedelta(seconds=wrong())

    time.time = lambda: _real_time() + wrong()
    timezone.now = now
    Celery.now = celery_now


def set_back(folder: Path, seconds: float) -> None:
    """Set the clock of every process of the shop back, in one step: nobody may read half of a number."""
    written = folder / f".{CLOCK}"
    written.write_text(str(-seconds))
    written.replace(folder / CLOCK)
