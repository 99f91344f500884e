"""A worker's own look for what the bell missed, for when beat is silent."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Sweeper:
    """Rings when nothing was heard for a while; that is measured by a clock that nobody sets."""

    def __init__(self, ring: Callable[[], None], patience: Callable[[], float]) -> None:
        self._ring = ring
        self._patience = patience
        self._heard = threading.Event()

    def start(self) -> None:
        """Listen from now on, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="visualsearch-sweeper", daemon=True).start()

    def hear(self) -> None:
        """Take note of a message: somebody else sees to it that messages come."""
        self._heard.set()

    def _run(self) -> None:
        while True:
            if not self._heard.wait(self._patience()):
                self._ring()
            self._heard.clear()
