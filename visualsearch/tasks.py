"""The only door to the queue: the bell that a save rings, and the tasks that answer it."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Iterable
from functools import wraps
from time import monotonic
from typing import Any

from celery import current_task, shared_task
from django.db import transaction

from visualsearch.behaviour import forget_behaviour, forget_vectors
from visualsearch.bell import Bell
from visualsearch.conf import get_settings
from visualsearch.doctor import examine as examine_source
from visualsearch.exceptions import EmbedderUnavailable, IndexUnavailable, VisualSearchError
from visualsearch.keeping import forget_photos
from visualsearch.long_tasks import long_task
from visualsearch.schedule import UNHEARD_SECONDS
from visualsearch.schedule import beat_schedule as beat_schedule
from visualsearch.search.fitting import calibrate as calibrate_source
from visualsearch.search.fitting import is_due
from visualsearch.sources import all_sources
from visualsearch.stopping import is_asked_to_stop
from visualsearch.sync import (
    BEAT,
    build,
    call_due_jobs,
    compact_where_needed,
    do_batch,
    follow_index_setting,
    follow_setting,
    go_on_exchanging,
    note_lag,
    note_life,
    publish,
    reconcile,
    request_sync,
    sync_outstanding,
    take_over,
)
from visualsearch.sync import rebuild as rebuild_source
from visualsearch.sync import verify as verify_source

logger = logging.getLogger(__name__)

SECONDS_A_TASK = 20.0
"""A task that has more to do than this rings the bell again, so that no task runs for ever."""

SECONDS_A_BATCH = 1.0
"""A task of a reindex job begins no further batch after this: it ends soon, and other tasks come in between."""

PUT_OFF_SECONDS = 30
"""A long task that finds another one under way is sent again for so much later."""

EXIT_SECONDS = 2.0
"""How long the end of a process waits for its last message."""


_MINUTE, _HOUR = 60, 3600


def _within(seconds: int) -> dict[str, Any]:
    """Return the options of a task that is to end within so long.

    Every task is acknowledged late: a worker that is stopped gives its message back. One that was killed does not: the
    sweeper comes sooner than its leases lapse, and a picture that kills workers must not do so without a pause.
    """
    limits = {"soft_time_limit": seconds, "time_limit": seconds + max(seconds // 5, _MINUTE)}
    return {**limits, "ignore_result": True, "acks_late": True, "reject_on_worker_lost": False}


def _one_at_a_time(run: Callable[[], None]) -> Callable[[], None]:
    """Let a long task wait for another in the queue, and not in the hands of a worker that a save needs."""

    @wraps(run)
    def task() -> None:
        with long_task() as is_ours:
            # Who calls it like a function has no queue to wait in.
            if is_ours or not current_task or current_task.request.called_directly:
                return run()
        ask_for(current_task, countdown=PUT_OFF_SECONDS)

    return task


def sync_after_commit(source: str, keys: Iterable[object], *, using: str | None = None) -> None:
    """Write the wish to sync these objects in the current transaction, and ring the bell once it is committed."""
    if not get_settings().sync_on_save:
        return
    request_sync(source, keys)
    ring_after_commit(using=using)


def ring_after_commit(*, using: str | None = None) -> None:
    """Call a worker once the current transaction is committed."""

    # A nested function: a partial here makes the save itself fail (Django ticket 36487).
    def ring() -> None:
        if get_settings().bell:
            bell.ring()

    transaction.on_commit(ring, using=using, robust=True)


@shared_task(name="visualsearch.sync", **_within(5 * _MINUTE))
def sync() -> None:
    """Do the work that is due, then go on with a change of the embedder; the sweeper and the bell both end here."""
    _note_worker()
    end = monotonic() + SECONDS_A_TASK
    # What an engine that was down has missed.
    publish()
    if not _work(sync_outstanding(seconds=SECONDS_A_TASK)):
        return
    try:
        if not _work(build(seconds=SECONDS_A_TASK)):
            return
        take_over()
    except EmbedderUnavailable as error:
        logger.error("The change of the embedder cannot go on: %s", error)
    for job, turn in call_due_jobs():
        _call(job, turn)
    if monotonic() > end:
        bell.ring()


def _work(batches: Iterable[object]) -> bool:
    """Do one batch after the other; False where the worker is to end before all of them are done."""
    return not any(is_asked_to_stop() for _ in batches)


@shared_task(name="visualsearch.reindex", **_within(5 * _MINUTE))
def reindex(job: int, turn: int) -> None:
    """Do the next batches of a reindex job, each after what was saved meanwhile; one message leads to the next."""
    end = monotonic() + SECONDS_A_BATCH
    following: int | None = turn
    while following is not None:
        if not _work(sync_outstanding(seconds=SECONDS_A_TASK)):
            return
        following = do_batch(job, following)
        if following is not None and monotonic() > end:
            _call(job, following)
            return


def _call(job: int, turn: int) -> None:
    if not ask_for(reindex, job, turn):
        logger.warning("Reindex job %s could not be called; the sweeper will call it.", job)


def ask_for(task: Any, *arguments: Any, **options: Any) -> bool:
    """Send one message for one of our tasks; False where none can be sent."""
    try:
        task.apply_async(arguments, queue=get_settings().queue, retry=False, **options)
    except Exception as error:  # brokers raise errors of many libraries
        logger.warning("No message for %s could be sent: %s", task.name, error)
        return False
    return True


@shared_task(name="visualsearch.reconcile", **_within(_HOUR))
@_one_at_a_time
def find_forgotten() -> None:
    """Ask for a sync of every object that changed without a signal."""
    for source in all_sources():
        if found := reconcile(source):
            logger.info("%s objects of %s had changed without a signal.", found, source.name)
    sync()


@shared_task(name="visualsearch.compact", **_within(4 * _HOUR))
def compact() -> None:
    """Write a new snapshot of every index that has outgrown its last one, and fill the one that is to take over."""
    with long_task() as is_ours:
        if not is_ours:
            # It comes again in a moment.
            return
        try:
            go_on_exchanging()
        except VisualSearchError as error:
            logger.error("The change of the index cannot go on: %s", error)
        compact_where_needed()


@shared_task(name="visualsearch.verify", **_within(4 * _HOUR))
@_one_at_a_time
def verify() -> None:
    """Prove that shop, rows and index are equal, and mend what is not."""
    for source in all_sources():
        proof = verify_source(source, repair=True)
        if proof.repaired:
            logger.error("%s: shop, rows and index were not equal and are being mended: %s", source.name, proof)


@shared_task(name="visualsearch.calibrate", **_within(_HOUR))
@_one_at_a_time
def calibrate() -> None:
    """Learn anew what the scores mean where a shop has grown or shrunk; other work goes before each search of it."""
    for source in all_sources():
        try:
            for _ in calibrate_source(source) if is_due(source) else ():
                if not _work(sync_outstanding(seconds=SECONDS_A_TASK)) or is_asked_to_stop():
                    return
        except VisualSearchError as error:
            logger.warning("%s is not calibrated anew: %s", source.name, error)


@shared_task(name="visualsearch.forget_photos", **_within(_HOUR))
def forget_kept_photos() -> None:
    """Delete the shoppers' photos that have been kept for long enough."""
    if count := forget_photos():
        logger.info("%d kept photos were deleted.", count)


@shared_task(name="visualsearch.observe", **_within(5 * _MINUTE))
def observe() -> None:
    """Note that beat and worker are alive and how late the search is; the beat alone sends this."""
    note_life(BEAT)
    _note_worker()
    note_lag()
    # A worker that was started before the others had the new setting has not taken it.
    follow_settings()


def follow_settings() -> None:
    """Take a new embedder or index of the settings for a wish, where all workers agree; logs what cannot be built."""
    try:
        follow_setting()
        follow_index_setting()
    except (EmbedderUnavailable, IndexUnavailable) as error:
        logger.error("What the settings name cannot be built: %s", error)


@shared_task(name="visualsearch.rebuild", **_within(4 * _HOUR))
@_one_at_a_time
def rebuild() -> None:
    """Build every index anew from the rows, while the old one goes on answering."""
    for source in all_sources():
        rebuild_source(source)


@shared_task(name="visualsearch.examine", **_within(4 * _HOUR))
@_one_at_a_time
def examine() -> None:
    """Look for pictures of the catalogue that somebody should look at."""
    for source in all_sources():
        logger.info("%d findings in %s.", examine_source(source), source.name)


def _note_worker() -> None:
    """Note that this worker is alive; a task that was called like a function knows of none."""
    if name := current_task and current_task.request.hostname:
        note_life(str(name))


@shared_task(name="visualsearch.forget_behaviour", **_within(_HOUR))
def forget_old_behaviour() -> None:
    """Delete searches, their vectors and events that have been kept for long enough."""
    if count := forget_behaviour() + forget_vectors():
        logger.info("%d searches, vectors and events were deleted.", count)


def send_bell() -> None:
    """Send one message that wakes a worker, or say that none can be sent."""
    settings = get_settings()
    try:
        sync.apply_async(queue=settings.queue, retry=False, expires=max(settings.sweep_seconds, UNHEARD_SECONDS))
    except Exception as error:  # brokers raise errors of many libraries
        logger.warning("The bell could not be rung (%s); the sweeper will find the work.", error)


bell = Bell(send_bell)
# A command that saves and ends would take its message with it, and the save would wait for the sweeper.
atexit.register(bell.wait, EXIT_SECONDS)


def _new_bell() -> None:
    """Forget the parent's thread, which a forked child does not have."""
    bell.__init__(send_bell)  # type: ignore[misc]


os.register_at_fork(after_in_child=_new_bell)
