"""The shop's Celery application: its settings are Django's, its schedule the plug-in's."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
TRANSPORT_ALIASES["embedded"] = "catalog.broker:Transport"

app = Celery("catalog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def add_beat_schedule(sender: Celery, **kwargs: Any) -> None:
    """Add the plug-in's periodic tasks; late, because importing them needs Django to be ready."""
    from visualsearch.tasks import beat_schedule

    sender.conf.beat_schedule = {**(sender.conf.beat_schedule or {}), **beat_schedule()}
