"""How many searches run at once in a process, and how many photos are fetched: one more is refused at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NoReturn

from visualsearch.conf import get_settings
from visualsearch.exceptions import TooManySearches
from visualsearch.telemetry import observe_search


class Gate:
    """Counts who is inside; `most` tells how many may be, and `what` they do."""

    def __init__(self, most: Callable[[], int], what: str) -> None:
        self._most = most
        self._what = what
        self.open_anew()

    def open_anew(self) -> None:
        """Forget who is inside: a forked child runs none of its parent's searches."""
        self._lock = Lock()
        self._inside = 0

    def check(self) -> None:
        """Raise TooManySearches where there is no room now: before an upload is read, which may take long."""
        if not self._has_room():
            self._refuse()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Be inside meanwhile; raises TooManySearches where as many as may be already are."""
        with self._lock:
            enters = self._has_room()
            self._inside += enters
        if not enters:
            self._refuse()
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def left(self) -> Iterator[None]:
        """Be outside meanwhile, and inside again afterwards, though others have come in."""
        self._count(-1)
        try:
            yield
        finally:
            self._count(1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._inside += change

    def _has_room(self) -> bool:
        return self._inside < self._most()

    def _refuse(self) -> NoReturn:
        # A search that was refused is told of like any other.
        with observe_search(""):
            raise TooManySearches(f"Expected at most {self._most()} {self._what} at once; try again in a second.")


gate = Gate(lambda: get_settings().searches_at_once, "searches")
_fetches = Gate(lambda: get_settings().fetches_at_once, "photos to be fetched")


@contextmanager
def fetching() -> Iterator[None]:
    """Wait for somebody else's server meanwhile, in which time another may search; raises TooManySearches.

    So at most FETCHES_AT_ONCE searches more than SEARCHES_AT_ONCE run at a time.
    """
    with _fetches.admitted(), gate.left():
        yield


os.register_at_fork(after_in_child=gate.open_anew)
os.register_at_fork(after_in_child=_fetches.open_anew)
