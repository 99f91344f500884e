"""The only door to the queue: the bell that a save rings, and the tasks that answer it."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from celery import current_app, shared_task
from celery.signals import celeryd_after_setup, worker_ready, worker_shutting_down
from django.db import connection, transaction

from visualsearch.behaviour import forget_behaviour
from visualsearch.conf import get_settings
from visualsearch.embedders.engines import share_cores
from visualsearch.exceptions import EmbedderUnavailable, VisualSearchError
from visualsearch.keeping import forget_photos
from visualsearch.search.fitting import calibrate as calibrate_source
from visualsearch.search.fitting import is_due
from visualsearch.sources import all_sources
from visualsearch.stopping import ask_to_stop, go_on, is_asked_to_stop
from visualsearch.sync import (
    build,
    compact_where_needed,
    follow_setting,
    reconcile,
    record_heartbeat,
    request_sync,
    sync_outstanding,
    take_over,
)
from visualsearch.sync import verify as verify_source

logger = logging.getLogger(__name__)

SECONDS_A_TASK = 20.0
"""A task that has more to do than this rings the bell again, so that no task runs for ever."""

FORGET_SECONDS = 3600.0
"""How often it is looked what that is kept for some days is old enough to be deleted."""

GATHER_SECONDS, GATHER_SECONDS_MOST = 0.02, 0.5
"""Rings within this time are one message; the time doubles while it rings on, so that messages do not pile up."""


_MINUTE, _HOUR = 60, 3600

# Every task is acknowledged late: a worker that is stopped gives its message back. One that was killed does not: the
# sweeper comes sooner than its leases lapse, and a picture that kills workers must not do so without a pause.

UNHEARD_SECONDS = 7200.0
"""Messages that no worker heard for so long are thrown away, so that they do not pile up for ever.

Celery compares the clocks of two hosts for it, or of one before and after it was set: a time much shorter than they may
differ by would throw every message away.
"""

EXIT_SECONDS = 2.0
"""How long the end of a process waits for its last message."""


def sync_after_commit(source: str, keys: Iterable[object], *, using: str | None = None) -> None:
    """Write the wish to sync these objects in the current transaction, and ring the bell once it is committed."""
    request_sync(source, keys)

    # A nested function: a partial here makes the save itself fail (Django ticket 36487).
    def ring() -> None:
        if get_settings().bell:
            bell.ring()

    transaction.on_commit(ring, using=using, robust=True)


@shared_task(
    name="visualsearch.sync",
    soft_time_limit=5 * _MINUTE,
    time_limit=6 * _MINUTE,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def sync(*, by_beat: bool = False) -> None:
    """Do the work that is due, then go on with a change of the embedder; the sweeper and the bell both end here."""
    record_heartbeat("worker")
    if by_beat:
        record_heartbeat("beat")
    end = monotonic() + SECONDS_A_TASK
    if not _work(sync_outstanding(seconds=SECONDS_A_TASK)):
        return
    try:
        if not _work(build(seconds=SECONDS_A_TASK)):
            return
        take_over()
    except EmbedderUnavailable as error:
        logger.error("The change of the embedder cannot go on: %s", error)
    if monotonic() > end:
        bell.ring()


def _work(batches: Iterable[object]) -> bool:
    """Do one batch after the other; False where the worker is to end before all of them are done."""
    return not any(is_asked_to_stop() for _ in batches)


@shared_task(
    name="visualsearch.reconcile",
    soft_time_limit=_HOUR,
    time_limit=2 * _HOUR,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def find_forgotten() -> None:
    """Ask for a sync of every object that changed without a signal."""
    for source in all_sources():
        if found := reconcile(source):
            logger.info("%s objects of %s had changed without a signal.", found, source.name)
    sync()


@shared_task(
    name="visualsearch.compact",
    soft_time_limit=4 * _HOUR,
    time_limit=5 * _HOUR,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def compact() -> None:
    """Write a new snapshot of every index that has outgrown its last one."""
    compact_where_needed()


@shared_task(
    name="visualsearch.verify",
    soft_time_limit=4 * _HOUR,
    time_limit=5 * _HOUR,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def verify() -> None:
    """Prove that shop, rows and index are equal, and mend what is not."""
    for source in all_sources():
        proof = verify_source(source, repair=True)
        if proof.repaired:
            logger.error("%s: shop, rows and index were not equal and are being mended: %s", source.name, proof)


@shared_task(
    name="visualsearch.calibrate",
    soft_time_limit=_HOUR,
    time_limit=2 * _HOUR,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def calibrate() -> None:
    """Learn anew what the scores mean where a shop has grown or shrunk; other work goes before each search of it."""
    for source in all_sources():
        try:
            for _ in calibrate_source(source) if is_due(source) else ():
                if not _work(sync_outstanding(seconds=SECONDS_A_TASK)) or is_asked_to_stop():
                    return
        except VisualSearchError as error:
            logger.warning("%s is not calibrated anew: %s", source.name, error)


@shared_task(
    name="visualsearch.forget_photos",
    soft_time_limit=_HOUR,
    time_limit=2 * _HOUR,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def forget_kept_photos() -> None:
    """Delete the shoppers' photos that have been kept for long enough."""
    if count := forget_photos():
        logger.info("%d kept photos were deleted.", count)


@shared_task(
    name="visualsearch.forget_behaviour",
    soft_time_limit=_HOUR,
    time_limit=2 * _HOUR,
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=False,
)
def forget_old_behaviour() -> None:
    """Delete searches and events that have been kept for long enough."""
    if count := forget_behaviour():
        logger.info("%d searches and events were deleted.", count)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the entries for Celery's `beat_schedule`: whatever is to be done now and then."""
    settings = get_settings()
    return {
        "visualsearch-sweep": {**_entry("visualsearch.sync", settings.sweep_seconds), "kwargs": {"by_beat": True}},
        "visualsearch-reconcile": _entry("visualsearch.reconcile", settings.reconcile_seconds),
        "visualsearch-compact": _entry("visualsearch.compact", settings.compact_seconds),
        "visualsearch-verify": _entry("visualsearch.verify", settings.verify_seconds),
        "visualsearch-forget-behaviour": _entry("visualsearch.forget_behaviour", FORGET_SECONDS),
        "visualsearch-forget-photos": _entry("visualsearch.forget_photos", FORGET_SECONDS),
        "visualsearch-calibrate": _entry("visualsearch.calibrate", settings.calibrate_seconds),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CelerySettings:
    """What Celery was told of brokers; nothing is connected to."""

    broker_url: str
    always_eager: bool
    visibility_timeout: float | None


def celery_settings() -> CelerySettings:
    """Return what the project's Celery application is set to."""
    conf = current_app.conf
    return CelerySettings(
        broker_url=str(conf.broker_url or ""),
        always_eager=bool(conf.task_always_eager),
        visibility_timeout=(conf.broker_transport_options or {}).get("visibility_timeout"),
    )


def missing_beats() -> list[str]:
    """Return the names of our tasks that the application's beat never sends."""
    current_app.finalize()
    sent = {entry.get("task") for entry in (current_app.conf.beat_schedule or {}).values()}
    return sorted({entry["task"] for entry in beat_schedule().values()} - sent)


def _entry(task: str, seconds: float) -> dict[str, Any]:
    options = {"queue": get_settings().queue, "expires": max(seconds, UNHEARD_SECONDS)}
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": options}


class Bell:
    """Wakes a worker from a thread of its own, so that no save ever waits for a broker."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for one message to the workers; returns at once, whatever the broker does."""
        self._idle.clear()
        self._rung.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="visualsearch-bell", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until every ring is a message, for `seconds` at most; tells whether it is."""
        return self._idle.wait(seconds)

    def _run(self) -> None:
        pause = GATHER_SECONDS
        while True:
            self._rung.wait()
            # Rings that come while a message is on its way share the next one.
            threading.Event().wait(pause)
            self._rung.clear()
            self._publish()
            if not self._rung.is_set():
                self._idle.set()
            pause = min(2 * pause, GATHER_SECONDS_MOST) if self._rung.wait(pause) else GATHER_SECONDS

    def _publish(self) -> None:
        settings = get_settings()
        try:
            sync.apply_async(queue=settings.queue, retry=False, expires=max(settings.sweep_seconds, UNHEARD_SECONDS))
        except Exception as error:  # brokers raise errors of many libraries
            logger.warning("The bell could not be rung (%s); the sweeper will find the work.", error)


bell = Bell()
# A command that saves and ends would take its message with it, and the save would wait for the sweeper.
atexit.register(bell.wait, EXIT_SECONDS)


def _new_bell() -> None:
    """Forget the parent's thread, which a forked child does not have."""
    bell.__init__()  # type: ignore[misc]


os.register_at_fork(after_in_child=_new_bell)


@celeryd_after_setup.connect(dispatch_uid="visualsearch.tasks")
def _share_cores(*, instance: Any, **kwargs: Any) -> None:
    """Give each child of a prefork pool its part of the cores; threads of one process take turns anyway."""
    go_on()
    if instance.pool_cls.__module__ == "celery.concurrency.prefork":
        share_cores(instance.max_concurrency or instance.concurrency)


@worker_shutting_down.connect(dispatch_uid="visualsearch.tasks")
def _end_soon(**kwargs: Any) -> None:
    ask_to_stop()


@worker_ready.connect(dispatch_uid="visualsearch.tasks")
def _look_for_work(**kwargs: Any) -> None:
    """Take note of a new embedder in the setting, and begin with what was left when no worker was there."""
    try:
        follow_setting()
    except EmbedderUnavailable as error:
        logger.error("The setting's embedder cannot be built: %s", error)
    finally:
        # Children that are forked later must not share it.
        connection.close()
    bell.ring()
