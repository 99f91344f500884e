"""From objects to rows: makes the rows of an object agree with what the object is now."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from time import monotonic, sleep
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from visualsearch.attributes import read_attributes
from visualsearch.conf import get_settings
from visualsearch.embedders import load_embedder
from visualsearch.exceptions import EmbedderUnavailable, VisualSearchError
from visualsearch.keys import with_keys
from visualsearch.models import Embedding, EmbeddingState, ServingEmbedder, SyncRequest
from visualsearch.outages import is_outage
from visualsearch.sources import Picture, get_source
from visualsearch.sources.hooks import read_pictures
from visualsearch.sync.deadlocks import TRIES, again_after_deadlock, is_deadlock
from visualsearch.sync.journal import request_sync
from visualsearch.sync.leases import Work, give_back, lease_work, next_try, renew, still_held
from visualsearch.sync.pictures import reason_of
from visualsearch.sync.publish import keep_attributes, publish
from visualsearch.sync.rows import write_rows
from visualsearch.sync.sides import ObjectState, add_side
from visualsearch.telemetry import tell_sync

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
    _bring_forward(source)
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
    """Make the rows of leased objects agree with them and publish them; what fails is put off and stops no other."""
    report = SyncReport()
    for (source, _), group in groupby(sorted(work, key=_kind), key=_kind):
        report += _sync_together(source, list(group))
    publish()
    return report


def _sync_together(source: str, items: list[Work]) -> SyncReport:
    """Sync a batch at once, and one by one where that fails, so that the one at fault is found."""
    try:
        return _sync_source(source, items)
    except Exception as error:  # a shop's hook or a storage may raise anything
        if len(items) > 1 and not _stops_all(error):
            return sum((_sync_together(source, [item]) for item in items), SyncReport())
        logger.warning(
            "Sync of %s objects of %s is put off: %s", len(items), source, error, exc_info=_unexpected(error)
        )
        return _put_off_each(items, error)


def _stops_all(error: Exception) -> bool:
    """Tell whether an error is of no one object: of the model, of the source, or of a database that is away."""
    return isinstance(error, VisualSearchError) or is_outage(error)


@again_after_deadlock
def _bring_forward(source: str) -> None:
    SyncRequest.objects.filter(**_of(source)).update(due=timezone.now())


def _of(source: str) -> dict[str, str]:
    return {"source": source} if source else {}


def _kind(work: Work) -> tuple[str, bool]:
    return work.source, bool(work.requests)


def _sync_source(source: str, items: list[Work]) -> SyncReport:
    names = _embedders_for(items[0])
    states, report = _look_up(source, items, names)
    for name in names:
        try:
            for count in add_side(states, load_embedder(name)):
                renew(items[0].token)
                report += SyncReport(embedded=count)
        except EmbedderUnavailable as error:
            # Of two embedders one may be out of order, and must not stop the other.
            if len(names) == 1:
                raise
            logger.warning("%s objects of %s are put off for %s: %s", len(states), source, name, error)
            for state in states:
                state.unavailable = reason_of(error)
    return sum((_write_or_put_off(state) for state in states), report)


def _embedders_for(work: Work) -> list[str]:
    """Return every active embedder for an object that changed, and the wanted one alone where only its rows lack."""
    now = ServingEmbedder.read()
    return now.active if work.requests else [now.wanted]


def _look_up(source: str, items: list[Work], embedders: list[str]) -> tuple[list[ObjectState], SyncReport]:
    keys = [item.object_key for item in items]
    found = with_keys(get_source(source).get_queryset(), keys)
    objects = {str(obj.pk): obj for obj in found}
    attributes = read_attributes(found, get_source(source).attributes) if keep_attributes() else {}
    states, report = [], SyncReport()
    for item in items:
        try:
            pictures = _pictures_of(source, objects.get(item.object_key))
        except Exception as error:  # a hook that fails on one object must not stop the others
            logger.warning("%s %s cannot be looked at: %s", source, item.object_key, error, exc_info=_unexpected(error))
            report += _put_off_each([item], error)
        else:
            values = attributes.get(item.object_key)
            states.append(ObjectState(work=item, pictures=pictures, attributes=values, embedders=frozenset(embedders)))
    return states, report


def _pictures_of(source: str, obj: Any) -> list[Picture]:
    return [] if obj is None else read_pictures(get_source(source), obj)


def _write_or_put_off(state: ObjectState) -> SyncReport:
    try:
        return _write(state)
    except Exception as error:  # what a shop says of one object may be more than a row can hold
        work = state.work
        logger.warning("%s %s is put off: %s", work.source, work.object_key, error, exc_info=_unexpected(error))
        return _put_off_each([work], error)


def _write(state: ObjectState) -> SyncReport:
    """Write what was seen, fulfil the wishes and end the lease, all or nothing; a lost lease writes nothing."""
    work = state.work
    with transaction.atomic():
        if not still_held(work):
            logger.info("The lease of %s %s was lost; another worker does it.", work.source, work.object_key)
            return SyncReport()
        # Held before any row is written, so that no embedder takes over without what is written here.
        now = ServingEmbedder.hold()
        written = [row for side in state.sides for row in write_rows(state, side)]
        failed = [row for row in written if row.state == EmbeddingState.FAILED]
        SyncRequest.objects.filter(pk__in=[request.pk for request in work.requests]).delete()
        # What the space that is being built lacks needs no wish: its rows say it.
        if work.requests or not now.is_building:
            _ask_for_the_rest(state, failed, now)
        give_back(work)
    bad = max(len({row.picture_key for row in failed}), bool(state.unavailable))
    kept = [reading.row for side in state.sides for reading in side.readings if reading.row]
    revision = max((row.revision for row in (*written, *kept)), default=0)
    _tell(work, "failed" if bad else "done", pictures=len(state.pictures), failed=bad, revision=revision)
    return SyncReport(objects=1, failed=bad)


def _tell(work: Work, outcome: str, *, failed: int, pictures: int | None = None, revision: int | None = None) -> None:
    tell_sync(
        batch=work.token,
        source=work.source,
        object_key=work.object_key,
        asked=min((request.created for request in work.requests), default=None),
        outcome=outcome,
        pictures=pictures,
        failed=failed,
        revision=revision,
    )


def _ask_for_the_rest(state: ObjectState, failed: list[Embedding], now: ServingEmbedder) -> None:
    """Ask again for what could not be done, later, and at once for an embedder that became active meanwhile."""
    work = state.work
    if failed:
        _ask_again(work, attempts=max(row.attempts for row in failed), error=failed[0].error)
    elif state.unavailable:
        _ask_again(work, attempts=work.attempts + 1, error=state.unavailable)
    if not state.embedders.issuperset(now.active):
        request_sync(work.source, [work.object_key])


def _put_off_each(items: list[Work], error: Exception) -> SyncReport:
    for work in items:
        try:
            if _put_off(work, error):
                _tell(work, type(error).__name__, failed=1)
        except DatabaseError as refused:  # the wish is still there, and the lease lapses
            logger.warning("%s %s cannot be put off: %s", work.source, work.object_key, refused)
    return SyncReport(failed=sum(not _passes(error, work) for work in items))


def _passes(error: Exception, work: Work) -> bool:
    """Tell whether the same will do at once: two workers waited for each other, which is no fault of the object."""
    return is_deadlock(error) and work.attempts + 1 < TRIES


@again_after_deadlock
def _put_off(work: Work, error: Exception) -> bool:
    """Ask for it again later and end its lease; False when the lease was lost."""
    with transaction.atomic():
        if not still_held(work):
            return False
        SyncRequest.objects.filter(pk__in=[request.pk for request in work.requests]).delete()
        _ask_again(work, attempts=work.attempts + 1, error=reason_of(error), at_once=_passes(error, work))
        give_back(work)
    return True


def _ask_again(work: Work, *, attempts: int, error: str, at_once: bool = False) -> None:
    SyncRequest.objects.create(
        source=work.source,
        object_key=work.object_key,
        due=timezone.now() if at_once else next_try(attempts),
        attempts=attempts,
        error=error,
    )


def _unexpected(error: Exception) -> bool:
    return not isinstance(error, VisualSearchError)
