"""What wakes a worker after a save: many rings, few messages, and nobody who rings has to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections

GATHER_SECONDS, GATHER_SECONDS_MOST = 0.02, 0.5
"""Rings within this time are one message; the time doubles while it rings on, so that messages do not pile up."""


class Bell:
    """Sends messages from a thread of its own, so that no save ever waits for a broker."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._rung = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for one message; returns at once, whatever the broker does."""
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
            self._send()
            # With CELERY_TASK_ALWAYS_EAGER the work was done here: no database is kept open for it.
            connections.close_all()
            if not self._rung.is_set():
                self._idle.set()
            pause = min(2 * pause, GATHER_SECONDS_MOST) if self._rung.wait(pause) else GATHER_SECONDS
