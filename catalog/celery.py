"""The shop's Celery application: its settings are Django's, its schedule the plug-in's and its own."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

from visualsearch.schedule import add_beat_schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
TRANSPORT_ALIASES["embedded"] = "catalog.broker:Transport"
# Kombu's own ends a worker that is at a task when Redis is lost.
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "visualsearch.redis_transport:Transport"

app = Celery("catalog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.on_after_finalize.connect(add_beat_schedule)


@app.on_after_finalize.connect
def add_own_beat_schedule(sender: Celery, **kwargs: Any) -> None:
    """Add the shop's periodic tasks; late, because importing them needs Django to be ready."""
    from catalog import tasks

    sender.conf.beat_schedule = {**(sender.conf.beat_schedule or {}), **tasks.beat_schedule()}
