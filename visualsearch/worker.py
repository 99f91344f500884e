"""The life of a worker: what it does when it starts, while it hears nothing, and when it is to end."""

from __future__ import annotations

import logging
from typing import Any

from celery import signals
from django.db import DatabaseError, connection

from visualsearch import tasks
from visualsearch.conf import get_settings
from visualsearch.embedders.engines import share_cores
from visualsearch.stopping import ask_to_stop, go_on
from visualsearch.sweeping import Sweeper
from visualsearch.sync import forget_life, note_life

logger = logging.getLogger(__name__)

SWEEPS_UNHEARD = 2
"""Sweeps of the beat that a worker misses before it looks for work by itself."""

# Beat goes by the clock of its host: one that was set back keeps it silent until that time has come again.
sweeper = Sweeper(lambda: tasks.bell.ring(), lambda: SWEEPS_UNHEARD * get_settings().sweep_seconds)


def connect() -> None:
    """Listen to what Celery says of a worker; in every other process nothing is ever said."""
    for signal, receiver in (
        (signals.celeryd_after_setup, _share_cores),
        (signals.worker_ready, _look_for_work),
        (signals.task_received, _hear),
        (signals.worker_shutting_down, _end_soon),
        (signals.worker_shutdown, _say_goodbye),
    ):
        signal.connect(receiver, dispatch_uid="visualsearch.worker")


def _share_cores(*, instance: Any, **kwargs: Any) -> None:
    """Give each child of a prefork pool its part of the cores; threads of one process take turns anyway."""
    go_on()
    if instance.pool_cls.__module__ == "celery.concurrency.prefork":
        share_cores(instance.max_concurrency or instance.concurrency)


def _look_for_work(*, sender: Any, **kwargs: Any) -> None:
    """Take note of a new embedder in the setting, and begin with what was left when no worker was there."""
    try:
        # Heard first: the wishes of its setting are taken where all workers that are heard have the same.
        note_life(str(sender.hostname))
        tasks.follow_settings()
    finally:
        # Children that are forked later must not share it.
        connection.close()
    tasks.bell.ring()
    if get_settings().queue in sender.app.amqp.queues.consume_from:
        sweeper.start()
        if sender.pool.num_processes < 2:
            logger.warning(
                "This worker does one task at a time: a save waits while a long one runs, such as a proof. "
                "Start it with `--concurrency 2` or more."
            )


def _hear(*, request: Any, **kwargs: Any) -> None:
    if request.name == tasks.sync.name:
        sweeper.hear()


def _end_soon(**kwargs: Any) -> None:
    ask_to_stop()


def _say_goodbye(*, sender: Any, **kwargs: Any) -> None:
    """Let nobody take a worker that was stopped on purpose for a dead one."""
    try:
        forget_life(str(sender.hostname))
    except DatabaseError as error:
        logger.warning("The end of this worker could not be noted: %s", error)
