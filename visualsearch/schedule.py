"""What Celery's beat asks for now and then, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from visualsearch.conf import get_settings

FORGET_SECONDS = 3600.0
"""How often it is looked what that is kept for some days is old enough to be deleted."""

UNHEARD_SECONDS = 7200.0
"""Messages that no worker heard for so long are thrown away, so that they do not pile up for ever.

Celery compares the clocks of two hosts for it, or of one before and after it was set: a time much shorter than they may
differ by would throw every message away.
"""

OBSERVE_SECONDS = 60.0
"""How often signs of life and the lag are noted."""


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the entries for Celery's `beat_schedule`: whatever is to be done now and then."""
    settings = get_settings()
    return {
        "visualsearch-sweep": _entry("visualsearch.sync", settings.sweep_seconds),
        "visualsearch-reconcile": _entry("visualsearch.reconcile", settings.reconcile_seconds),
        "visualsearch-compact": _entry("visualsearch.compact", settings.compact_seconds),
        "visualsearch-verify": _entry("visualsearch.verify", settings.verify_seconds),
        "visualsearch-observe": _entry("visualsearch.observe", OBSERVE_SECONDS),
        "visualsearch-forget-behaviour": _entry("visualsearch.forget_behaviour", FORGET_SECONDS),
        "visualsearch-forget-photos": _entry("visualsearch.forget_photos", FORGET_SECONDS),
        "visualsearch-calibrate": _entry("visualsearch.calibrate", settings.calibrate_seconds),
    }


def add_beat_schedule(sender: Any, **kwargs: Any) -> None:
    """Add them to what the project's Celery application sends already: connected to its `on_after_finalize`.

    Importing this module needs no Django that is set up, which a `celery.py` comes before.
    """
    sender.conf.beat_schedule = {**(sender.conf.beat_schedule or {}), **beat_schedule()}


def _entry(task: str, seconds: float) -> dict[str, Any]:
    options = {"queue": get_settings().queue, "expires": max(seconds, UNHEARD_SECONDS)}
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": options}
