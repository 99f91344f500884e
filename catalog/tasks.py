"""The shop's own work for a worker: thumbnails of pictures that have none."""

from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db.models import F

from catalog.models import ProductImage
from catalog.thumbnails import delete_thumbnails, make_thumbnails
from visualsearch.exceptions import InvalidImage

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 30.0
"""How often a worker looks for pictures whose message was lost, or that were saved without a signal."""

SECONDS_A_SWEEP = 20.0
_QUIET_SECONDS = 30.0
_quiet_until = 0.0


@shared_task(name="catalog.make_thumbnails_of", ignore_result=True)
def make_thumbnails_of(image_id: int) -> None:
    """Make the thumbnails of one picture, unless they are there already."""
    for image in ProductImage.objects.filter(pk=image_id):
        make(image)


@shared_task(name="catalog.make_missing_thumbnails", ignore_result=True)
def make_missing_thumbnails() -> None:
    """Make thumbnails where they are missing; what is left after a while waits for the next sweep."""
    end = monotonic() + SECONDS_A_SWEEP
    for image in missing():
        if monotonic() > end:
            return
        make(image)


def missing() -> Any:
    """Return the pictures whose thumbnails are not those of their file; one that cannot be read is tried once."""
    return ProductImage.objects.exclude(thumbnails_of=F("file")).exclude(file="").order_by("pk").iterator(100)


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


def ask_for_thumbnails(image_id: int) -> None:
    """Ask a worker for the thumbnails of one picture; a broker that is down delays one save and not every one."""
    global _quiet_until
    if monotonic() < _quiet_until:
        return
    try:
        make_thumbnails_of.apply_async((image_id,), retry=False, expires=600)
    except Exception as error:  # brokers raise errors of many libraries
        _quiet_until = monotonic() + _QUIET_SECONDS
        logger.warning("A worker could not be asked for thumbnails (%s); the sweep will find the picture.", error)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the entry for Celery's `beat_schedule`."""
    options = {"queue": settings.CELERY_TASK_DEFAULT_QUEUE, "expires": SWEEP_SECONDS}
    entry = {"task": make_missing_thumbnails.name, "schedule": timedelta(seconds=SWEEP_SECONDS), "options": options}
    return {"catalog-thumbnails": entry}
