"""The shop's own work for a worker: thumbnails of pictures that have none."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db.models import F, QuerySet

from catalog.models import ProductImage
from catalog.thumbnails import delete_thumbnails, make_thumbnails
from visualsearch.exceptions import InvalidImage

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 30.0
"""How often a worker looks for pictures whose message was lost, or that were saved without a signal."""

SECONDS_A_SWEEP = 20.0
_BATCH = 50
_GATHER_SECONDS = 0.5
_QUIET_SECONDS = 30.0
_silent_until = 0.0
_making = Lock()


@shared_task(name="catalog.make_missing_thumbnails", ignore_result=True)
def make_missing_thumbnails() -> None:
    """Make thumbnails where they are missing; what is left after a while is asked for again."""
    # One thread of a worker is enough: another would make the same ones.
    if not _making.acquire(blocking=False):
        return
    try:
        made, is_done = _make_for(SECONDS_A_SWEEP)
    finally:
        _making.release()
    if made and not is_done:
        ask_for_thumbnails()


def _make_for(seconds: float) -> tuple[int, bool]:
    """Return how many pictures got thumbnails within so long, and whether every picture had its turn."""
    end, made, last = monotonic() + seconds, 0, 0
    while batch := list(missing().filter(pk__gt=last)[:_BATCH]):
        for image in batch:
            if monotonic() > end:
                return made, False
            made += make(image)
            last = image.pk
    return made, True


def missing() -> QuerySet[ProductImage]:
    """Return the pictures whose thumbnails are not those of their file; one that cannot be read is tried once."""
    return ProductImage.objects.exclude(thumbnails_of=F("file")).exclude(file="").order_by("pk")


def make(image: ProductImage) -> bool:
    """Make the thumbnails of a picture and note it in its row; tells whether they are there."""
    name, before = str(image.file.name), image.thumbnails_of
    if not name or before == name:
        return image.has_thumbnails
    storage, size = image.file.storage, None
    try:
        size = make_thumbnails(storage, name)
    except InvalidImage as error:
        logger.warning("%s is shown as it is, without thumbnails: %s", name, error)
    except OSError as error:
        logger.warning("%s cannot be read or its thumbnails cannot be written, and is tried again: %s", name, error)
        return False
    width, height = size or (None, None)
    # No save: it would tell the search that the picture has changed. And the file may be another by now.
    rows = ProductImage.objects.filter(pk=image.pk, file=name)
    if not rows.update(width=width, height=height, thumbnails_of=name):
        delete_thumbnails(storage, name)
        return False
    if before:
        delete_thumbnails(storage, before)
    return size is not None


def ask_for_thumbnails() -> None:
    """Ask a worker to make what is missing, in a moment, so that an import asks now and then and not for every picture.

    A broker that is down delays one save and not every one.
    """
    global _silent_until
    if monotonic() < _silent_until:
        return
    # Whoever asks meanwhile has committed its row before the worker looks.
    _silent_until = monotonic() + _GATHER_SECONDS
    try:
        make_missing_thumbnails.apply_async(countdown=_GATHER_SECONDS, retry=False, expires=600)
    except Exception as error:  # brokers raise errors of many libraries
        _silent_until = monotonic() + _QUIET_SECONDS
        logger.warning("A worker could not be asked for thumbnails (%s); the sweep will find the picture.", error)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the entry for Celery's `beat_schedule`."""
    options = {"queue": settings.CELERY_TASK_DEFAULT_QUEUE, "expires": SWEEP_SECONDS}
    entry = {"task": make_missing_thumbnails.name, "schedule": timedelta(seconds=SWEEP_SECONDS), "options": options}
    return {"catalog-thumbnails": entry}
