"""Reindex jobs, from the wish in the admin to the last batch, across the ends of workers and of web processes.

A job is a row. Whoever begins its next batch raises its turn, so that there is one batch at a time: the message for
an older turn finds nothing to do, and a worker that was taken for dead writes nothing down. Count and cursor move
together when a batch has ended: one that was cut off is done again, which changes nothing that it had done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.keys import key_value
from visualsearch.models import (
    Embedding,
    EmbeddingState,
    JobFailure,
    JobState,
    ReindexJob,
    SyncRequest,
    serving_embedder,
)
from visualsearch.sources import VisualSource, get_source
from visualsearch.sources.shown import count_shown
from visualsearch.sync.journal import request_sync
from visualsearch.sync.leases import WORKER_ENDED, lease_objects
from visualsearch.sync.objects import sync_work

FAILURES_KEPT = 1_000
"""Failures of one job that are kept by name; the others are counted."""

MEMORY = 0.8
"""Weight of the rate so far when a batch has ended."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The next objects of a job, and the cursor behind them."""

    keys: list[str]
    cursor: str


def start_job(source: VisualSource, keys: Sequence[object] | None = None, *, by: str = "") -> ReindexJob:
    """Write the wish to look again at these objects, or at all of the source; a worker does it once it is called."""
    named = None if keys is None else list(dict.fromkeys(map(str, keys)))
    total = count_shown(source) if named is None else len(named)
    now = timezone.now()
    return ReindexJob.objects.create(source=source.name, keys=named, total=total, by=by, due=now, progressed=now)


def pause_job(job: ReindexJob) -> bool:
    """Begin no further batch; False for a job that does not run."""
    return bool(_in(job, JobState.RUNNING).update(state=JobState.PAUSED))


def resume_job(job: ReindexJob) -> bool:
    """Go on where it was paused; False for a job that was not."""
    now = timezone.now()
    # A new turn, so that a message from before the pause begins no second row of batches.
    return bool(_in(job, JobState.PAUSED).update(state=JobState.RUNNING, due=now, progressed=now, turn=F("turn") + 1))


def cancel_job(job: ReindexJob) -> bool:
    """Begin no further batch, ever; what is done stays done. False for a job that is over."""
    unfinished = _in(job, JobState.RUNNING, JobState.PAUSED)
    return bool(unfinished.update(state=JobState.CANCELLED, ended=timezone.now()))


def call_due_jobs() -> list[tuple[int, int]]:
    """Return job and turn of each batch that is to be called for, and note that it was: again only when it is lost."""
    due = ReindexJob.objects.filter(state=JobState.RUNNING, due__lte=timezone.now()).values_list("pk", "turn")
    return [
        (pk, turn)
        for pk, turn in list(due)
        if ReindexJob.objects.filter(pk=pk, turn=turn, due__lte=timezone.now()).update(due=_later())
    ]


def do_batch(pk: int, turn: int) -> int | None:
    """Do the next batch of a job if this is its turn; returns the turn after it, None when there is none."""
    begun = ReindexJob.objects.filter(pk=pk, turn=turn, state=JobState.RUNNING)
    if not begun.update(turn=turn + 1, due=_later()):
        return None
    job = ReindexJob.objects.get(pk=pk)
    job.turn = turn + 1
    source = get_source(job.source)
    batch = _next_batch(job, source)
    if not batch.keys:
        _end(job)
        return None
    embedded, failures = _look_again(source, batch.keys)
    return job.turn if _note(job, batch, embedded, failures) else None


def _in(job: ReindexJob, *states: JobState) -> QuerySet[ReindexJob]:
    return ReindexJob.objects.filter(pk=job.pk, state__in=states)


def _later() -> datetime:
    return timezone.now() + timedelta(seconds=get_settings().lease_seconds)


def _next_batch(job: ReindexJob, source: VisualSource) -> Batch:
    size = get_settings().batch_size
    if job.keys is not None:
        begin = int(job.cursor or 0)
        return Batch(job.keys[begin : begin + size], str(min(begin + size, len(job.keys))))
    objects = source.get_queryset().order_by("pk")
    after = key_value(source.model, job.cursor, using=objects.db) if job.cursor else None
    if after is not None:
        objects = objects.filter(pk__gt=after)
    keys = [str(pk) for pk in objects.values_list("pk", flat=True).distinct()[:size]]
    return Batch(keys, keys[-1] if keys else job.cursor)


def _look_again(source: VisualSource, keys: list[str]) -> tuple[int, list[JobFailure]]:
    """Sync the objects; returns how many vectors were computed, and what failed.

    The wishes are due only once this worker must have died: until then no other takes the objects from it. One that
    another has in hand now is done by it and, since the wish is newer, once more. One that a worker has ended at is
    left to its own next try, alone.
    """
    ended = SyncRequest.objects.filter(source=source.name, object_key__in=keys, error=WORKER_ENDED)
    alone = set(ended.values_list("object_key", flat=True))
    others = [key for key in keys if key not in alone]
    request_sync(source.name, others, due=_later())
    report = sync_work(lease_objects([(source.name, key) for key in others]))
    return report.embedded, _failures(source, keys)


def _failures(source: VisualSource, keys: list[str]) -> list[JobFailure]:
    """Return what the rows say of the pictures that failed, and the wishes of objects that failed as a whole."""
    rows = Embedding.objects.filter(
        source=source.name, fingerprint=serving_embedder().fingerprint, object_key__in=keys, state=EmbeddingState.FAILED
    )
    failures = [
        JobFailure(object_key=key, picture_name=name, error=error)
        for key, name, error in rows.order_by("pk").values_list("object_key", "picture_name", "error")
    ]
    named = {failure.object_key for failure in failures}
    put_off = SyncRequest.objects.filter(source=source.name, object_key__in=keys, attempts__gt=0)
    whole = dict(put_off.values_list("object_key", "error"))
    return failures + [JobFailure(object_key=key, error=error) for key, error in whole.items() if key not in named]


def _note(job: ReindexJob, batch: Batch, embedded: int, failures: list[JobFailure]) -> bool:
    """Write down what the batch came to; False where the job was ended, or another worker took it over."""
    now = timezone.now()
    seconds = max((now - job.progressed).total_seconds(), 1e-3)
    rate = len(batch.keys) / seconds
    with transaction.atomic():
        noted = ReindexJob.objects.filter(pk=job.pk, turn=job.turn).update(
            cursor=batch.cursor,
            done=F("done") + len(batch.keys),
            embedded=F("embedded") + embedded,
            failed=F("failed") + len(failures),
            rate=MEMORY * job.rate + (1 - MEMORY) * rate if job.rate else rate,
            progressed=now,
            due=_later(),
        )
        if noted:
            room = max(0, FAILURES_KEPT - job.failed)
            for failure in failures:
                failure.job = job
            JobFailure.objects.bulk_create(failures[:room])
    return bool(noted) and _in(job, JobState.RUNNING).exists()


def _end(job: ReindexJob) -> None:
    ended = ReindexJob.objects.filter(pk=job.pk, turn=job.turn, state=JobState.RUNNING)
    ended.update(state=JobState.DONE, ended=timezone.now(), total=job.done)
