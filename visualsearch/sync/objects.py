"""From objects to rows: makes the rows of an object agree with what the object is now."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from time import monotonic, sleep
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.embedders import get_embedder
from visualsearch.exceptions import VisualSearchError
from visualsearch.models import Embedding, SyncRequest
from visualsearch.sources import get_source
from visualsearch.sync.leases import Work, give_back, lease_work, renew, still_held
from visualsearch.sync.pictures import Reading, look_at, reason_of
from visualsearch.sync.rows import write_rows

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.2
"""Pause before looking again for work that another worker holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one batch of work came to."""

    objects: int = 0
    """Objects whose rows now agree with them, as far as their pictures can be read."""
    embedded: int = 0
    """Vectors computed."""
    failed: int = 0
    """Pictures that could not be embedded, and objects that could not be looked at; each is tried again later."""

    def __add__(self, other: SyncReport) -> SyncReport:
        return SyncReport(
            objects=self.objects + other.objects,
            embedded=self.embedded + other.embedded,
            failed=self.failed + other.failed,
        )


@dataclass(slots=True, kw_only=True)
class ObjectState:
    """An object as it is now beside its rows."""

    work: Work
    readings: list[Reading]
    """Its pictures; none when it is hidden or gone."""
    gone: list[Embedding] = field(default_factory=list)
    """Rows of pictures that it no longer has."""


def sync_outstanding(*, source: str = "", seconds: float | None = None) -> Iterator[SyncReport]:
    """Do all work that is due and that nobody else does, for about `seconds` at most; yields a report a batch."""
    end = monotonic() + seconds if seconds else None
    while work := lease_work(get_settings().batch_size, source=source):
        yield sync_work(work)
        if end and monotonic() > end:
            return


def finish(*, source: str = "") -> Iterator[SyncReport]:
    """Do everything that is outstanding now, also what was put off or is in another's hands; yields a report a batch.

    An object that another worker holds is waited for: its work is done there, or its lease lapses.
    """
    SyncRequest.objects.filter(**_of(source)).update(due=timezone.now())
    last = SyncRequest.objects.aggregate(last=Max("pk"))["last"] or 0
    while True:
        yield from sync_outstanding(source=source)
        if not SyncRequest.objects.filter(**_of(source), pk__lte=last).exists():
            return
        sleep(WAIT_SECONDS)


def outstanding(source: str = "") -> int:
    """Return how many objects a sync is asked for."""
    return SyncRequest.objects.filter(**_of(source)).values("source", "object_key").distinct().count()


def sync_work(work: list[Work]) -> SyncReport:
    """Make the rows of leased objects agree with them; what fails is put off and stops nothing else."""
    report = SyncReport()
    for source, group in groupby(sorted(work, key=lambda item: item.source), key=lambda item: item.source):
        items = list(group)
        try:
            report += _sync_source(source, items)
        except Exception as error:  # a shop's hook or a storage may raise anything
            logger.warning(
                "Sync of %s objects of %s is put off: %s", len(items), source, error, exc_info=_unexpected(error)
            )
            report += _put_off_each(items, error)
    return report


def _of(source: str) -> dict[str, str]:
    return {"source": source} if source else {}


def _sync_source(source: str, items: list[Work]) -> SyncReport:
    embedder = get_embedder()
    states, report = _look_up(source, items, embedder.fingerprint)
    embedded = 0
    for count in look_at((reading for state in states for reading in state.readings), embedder):
        renew(items[0].token)
        embedded += count
    for state in states:
        report += _write(state, embedder.fingerprint)
    return report + SyncReport(embedded=embedded)


def _look_up(source: str, items: list[Work], fingerprint: str) -> tuple[list[ObjectState], SyncReport]:
    keys = [item.object_key for item in items]
    objects = {str(obj.pk): obj for obj in get_source(source).get_queryset().filter(pk__in=keys)}
    rows = Embedding.objects.filter(source=source, fingerprint=fingerprint, object_key__in=keys)
    rows_of: dict[str, dict[str, Embedding]] = {key: {} for key in keys}
    for row in rows:
        rows_of[row.object_key][row.picture_key] = row
    states, report = [], SyncReport()
    for item in items:
        try:
            states.append(_state_of(item, objects.get(item.object_key), rows_of[item.object_key]))
        except Exception as error:  # a hook that fails on one object must not stop the others
            logger.warning("%s %s cannot be looked at: %s", source, item.object_key, error, exc_info=_unexpected(error))
            report += _put_off_each([item], error)
    return states, report


def _state_of(work: Work, obj: Any, rows: dict[str, Embedding]) -> ObjectState:
    pictures = {picture.key: picture for picture in get_source(work.source).get_pictures(obj)} if obj else {}
    return ObjectState(
        work=work,
        readings=[Reading(picture=picture, row=rows.get(key)) for key, picture in pictures.items()],
        gone=[row for key, row in rows.items() if key not in pictures and row.state != "removed"],
    )


def _write(state: ObjectState, fingerprint: str) -> SyncReport:
    """Write what was seen, fulfil the wishes and end the lease, all or nothing; a lost lease writes nothing."""
    work = state.work
    with transaction.atomic():
        if not still_held(work):
            logger.info("The lease of %s %s was lost; another worker does it.", work.source, work.object_key)
            return SyncReport()
        failed = write_rows(work, state.readings, state.gone, fingerprint)
        SyncRequest.objects.filter(pk__in=[request.pk for request in work.requests]).delete()
        if failed:
            _ask_again(work, attempts=max(row.attempts for row in failed), error=failed[0].error)
        give_back(work)
    return SyncReport(objects=1, failed=len(failed))


def _put_off_each(items: list[Work], error: Exception) -> SyncReport:
    for work in items:
        with transaction.atomic():
            if still_held(work):
                SyncRequest.objects.filter(pk__in=[request.pk for request in work.requests]).delete()
                _ask_again(work, attempts=work.attempts + 1, error=reason_of(error))
                give_back(work)
    return SyncReport(failed=len(items))


def _ask_again(work: Work, *, attempts: int, error: str) -> None:
    settings = get_settings()
    pause = min(settings.retry_seconds * 2.0 ** min(attempts - 1, 40), settings.retry_seconds_most)
    SyncRequest.objects.create(
        source=work.source,
        object_key=work.object_key,
        due=timezone.now() + timedelta(seconds=pause),
        attempts=attempts,
        error=error,
    )


def _unexpected(error: Exception) -> bool:
    return not isinstance(error, VisualSearchError)
