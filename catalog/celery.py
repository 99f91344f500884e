"""The shop's Celery application: its settings are Django's, its schedule the plug-in's and its own."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
TRANSPORT_ALIASES["embedded"] = "catalog.broker:Transport"
# Kombu's own ends a worker that is at a task when Redis is lost.
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "visualsearch.redis_transport:Transport"

app = Celery("catalog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def add_beat_schedule(sender: Celery, **kwargs: Any) -> None:
    """Add the periodic tasks of the plug-in and of the shop; late, because importing them needs Django to be ready."""
    from catalog import tasks as shop
    from visualsearch import tasks as plug_in

    sender.conf.beat_schedule = {
        **(sender.conf.beat_schedule or {}),
        **plug_in.beat_schedule(),
        **shop.beat_schedule(),
    }
