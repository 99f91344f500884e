"""Whether the broker can be reached from here."""

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
