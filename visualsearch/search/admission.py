"""How many searches run at once in a process: one more is refused at once, and does not make the others slower."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NoReturn

from visualsearch.conf import get_settings
from visualsearch.exceptions import TooManySearches
from visualsearch.telemetry import observe_search


class Gate:
    """Counts who is inside."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0

    def check(self) -> None:
        """Raise TooManySearches where there is no room now: before an upload is read, which may take long."""
        if not self._has_room():
            _refuse()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Be inside meanwhile; raises TooManySearches where SEARCHES_AT_ONCE already are."""
        with self._lock:
            enters = self._has_room()
            self._inside += enters
        if not enters:
            _refuse()
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def _has_room(self) -> bool:
        return self._inside < get_settings().searches_at_once


def _refuse() -> NoReturn:
    # A search that was refused is told of like any other.
    with observe_search(""):
        most = get_settings().searches_at_once
        raise TooManySearches(f"Expected at most {most} searches at once; try again in a second.")


gate = Gate()


def _open_anew() -> None:
    """Forget the parent's searches, which a forked child does not run."""
    gate.__init__()  # type: ignore[misc]


os.register_at_fork(after_in_child=_open_anew)
