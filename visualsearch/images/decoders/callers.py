"""For whom something is decoded, and how many seconds of it one request and one caller may have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock

from visualsearch.conf import get_settings
from visualsearch.exceptions import TooManySearches

REQUEST_TIMES, CALLER_TIMES = 2, 3
"""How many times DECODE_SECONDS one request, and one caller in a short time, may take of the decoders."""

REGAINED = 0.5
"""Seconds of decoding that a caller gets back each second."""

_CALLERS_MOST = 10_000


@dataclass(slots=True)
class Asking:
    """One request while it runs."""

    caller: str
    """Whom it is counted for; empty for nobody."""
    left: float
    """Seconds of decoding that it may still take."""


_current: ContextVar[Asking | None] = ContextVar("visualsearch_decoding_for", default=None)


@contextmanager
def decoding_for(caller: str) -> Iterator[None]:
    """Count what is decoded inside for a request of this caller; within one that is counted already, for that."""
    if _current.get() is not None:
        yield
        return
    token = _current.set(Asking(caller, REQUEST_TIMES * get_settings().decode_seconds))
    try:
        yield
    finally:
        _current.reset(token)


def asking() -> Asking | None:
    """Return the request that runs now, None where nothing of the kind does, as in a worker."""
    return _current.get()


class Ledger:
    """What each caller has taken of one pool's time, of late."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent: dict[str, tuple[float, float]] = {}

    def spent(self, caller: str) -> float:
        """Return how many seconds the caller has taken and not got back yet."""
        seconds, at = self._spent.get(caller, (0.0, 0.0))
        return max(seconds - REGAINED * (time.monotonic() - at), 0.0)

    def charge(self, asked: Asking, seconds: float) -> None:
        """Note that the request has taken so many seconds."""
        asked.left -= seconds
        if not asked.caller:
            return
        with self._lock:
            if len(self._spent) >= _CALLERS_MOST:
                self._spent = {caller: noted for caller, noted in self._spent.items() if self.spent(caller)}
            self._spent[asked.caller] = (self.spent(asked.caller) + seconds, time.monotonic())

    def check(self, asked: Asking, seconds: float) -> None:
        """Raise TooManySearches for who has had its part of the time; `seconds` is what a photo may take."""
        if asked.left <= 0:
            raise TooManySearches(
                f"Expected photos that are decoded within {REQUEST_TIMES * seconds:g} seconds in one request; these "
                "take longer."
            )
        if asked.caller and self.spent(asked.caller) > CALLER_TIMES * seconds:
            raise TooManySearches("Expected photos that take less time to decode; try again in a minute.")
