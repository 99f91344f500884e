"""A moment at which every connection that is watched ends, whatever its other side does."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Timer
from types import TracebackType
from typing import Self


class Deadline:
    """Shuts the connections that it watches when the time is over.

    A timeout of a socket begins anew with every byte, so that a server that drips holds its caller for hours.
    """

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self._watched: list[socket.socket] = []
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        for watched in self._watched:
            watched.close()

    @property
    def left(self) -> float:
        """Seconds until then, a moment at least: nothing takes a timeout of none."""
        return max(self._at - time.monotonic(), 0.001)

    @property
    def has_passed(self) -> bool:
        """Whether the time is over; a body may then be torn though it looks whole."""
        return time.monotonic() >= self._at

    def watch(self, connection: socket.socket) -> None:
        """End this connection too."""
        # A second handle: TLS takes the first one over, and shutting either ends both.
        self._watched.append(connection.dup())
        if self.has_passed:
            self._end()

    def _end(self) -> None:
        for watched in self._watched:
            with suppress(OSError):  # it has ended already
                watched.shutdown(socket.SHUT_RDWR)
