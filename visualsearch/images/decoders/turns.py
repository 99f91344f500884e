"""Who decodes next: the caller that has taken the least, and none keeps all decoders to itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Condition


class Turns:
    """So many turns at a time; callers are named, and "" is nobody: a worker, or a request that says no caller."""

    def __init__(self, size: int, spent: Callable[[str], float]) -> None:
        self._free = size
        self._each = max(1, size - 1)
        """Turns of one caller at a time, where another could want one."""
        self._spent = spent
        self._changed = Condition()
        self._held: Counter[str] = Counter()
        self._waiting: dict[int, str] = {}
        self._numbers = count()

    def acquire(self, caller: str = "", seconds: float | None = None) -> bool:
        """Wait for a turn, for so many seconds at most; tells whether there was one."""
        until = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            number = next(self._numbers)
            self._waiting[number] = caller
            try:
                while self._next() != number:
                    left = None if until is None else until - time.monotonic()
                    if (left is not None and left <= 0) or not self._changed.wait(left):
                        return False
                self._free -= 1
                self._held[caller] += 1
                return True
            finally:
                del self._waiting[number]
                self._changed.notify_all()

    def release(self, caller: str = "") -> None:
        """Give a turn back."""
        with self._changed:
            self._free += 1
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]
            self._changed.notify_all()

    def _next(self) -> int | None:
        """Return whose turn it is, None where nobody may have one now."""
        may = [number for number, caller in self._waiting.items() if not caller or self._held[caller] < self._each]
        if not may or self._free < 1:
            return None
        return min(may, key=lambda number: (self._spent(self._waiting[number]), number))
