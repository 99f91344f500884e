"""What Celery was told of its broker, and whether it can be reached from here."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from celery import VERSION, current_app
from kombu.transport import TRANSPORT_ALIASES

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
    transport: str
    """Path of the class that kombu connects with; empty where it knows none for this broker."""
    version: tuple[int, int]
    """The first two numbers of Celery's version."""


def celery_settings() -> CelerySettings:
    """Return what the project's Celery application is set to."""
    conf = current_app.conf
    url = str(conf.broker_url or "")
    return CelerySettings(
        broker_url=url,
        always_eager=bool(conf.task_always_eager),
        visibility_timeout=(conf.broker_transport_options or {}).get("visibility_timeout"),
        transport=str(conf.broker_transport or TRANSPORT_ALIASES.get(url.split(":")[0], "")),
        version=(int(VERSION[0]), int(VERSION[1])),
    )


def scheduled_tasks() -> set[str]:
    """Return the names of the tasks that the project's beat sends."""
    current_app.finalize()
    return {str(entry.get("task")) for entry in (current_app.conf.beat_schedule or {}).values()}
