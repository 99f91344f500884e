"""What goes between a process and its decoders: a few plain values and shared memory, never objects."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

_BYTES_MOST = 65_536
FOREVER = float("inf")


class Closed(Exception):
    """The other side has ended."""


def send(line: socket.socket, values: dict[str, Any], files: tuple[int, ...] = (), until: float = FOREVER) -> None:
    """Send one message; raises Closed, and TimeoutError at the moment `until` of the monotonic clock."""
    line.settimeout(_left(until))
    try:
        socket.send_fds(line, [json.dumps(values).encode()], files)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(line: socket.socket, files_most: int = 0, until: float = FOREVER) -> tuple[dict[str, Any], list[int]]:
    """Return the next message and the files that came along; raises Closed, also for nonsense, and TimeoutError."""
    line.settimeout(_left(until))
    try:
        text, files, _, _ = socket.recv_fds(line, _BYTES_MOST, files_most)
    except ConnectionResetError as error:
        raise Closed from error
    try:
        return json.loads(text), files
    except ValueError as error:  # also where nothing came: the line has ended
        for file in files:
            os.close(file)
        raise Closed from error


def _left(until: float) -> float | None:
    return None if until == FOREVER else max(until - time.monotonic(), 0.001)
