"""What Celery was told of its broker, and whether it can be reached from here."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from celery import current_app

SECONDS = 2
"""How long somebody who asks waits for the broker."""


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """Whether this process reaches the broker, and why not."""

    reachable: bool
    error: str = ""


def ask_broker() -> BrokerStatus:
    """Try to reach the broker, for `SECONDS` at most, whatever it does."""
    answers: list[BrokerStatus] = []
    # A thread, since some transports wait for a connection for as long as the network does.
    thread = threading.Thread(target=lambda: answers.append(_ask()), name="visualsearch-broker", daemon=True)
    thread.start()
    thread.join(SECONDS)
    return answers[0] if answers else BrokerStatus(False, f"The broker has not answered for {SECONDS} s.")


def _ask() -> BrokerStatus:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
    except Exception as error:  # brokers raise errors of many libraries
        return BrokerStatus(False, f"The broker cannot be reached: {error}")
    return BrokerStatus(True)


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


def scheduled_tasks() -> set[str]:
    """Return the names of the tasks that the project's beat sends."""
    current_app.finalize()
    return {str(entry.get("task")) for entry in (current_app.conf.beat_schedule or {}).values()}
