"""What goes between a process and its decoders: a few plain values and some bytes, never objects."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

_LENGTHS = struct.Struct(">II")
_VALUES_MOST = 65_536
FOREVER = float("inf")


class Closed(Exception):
    """The other side has ended."""


def send(line: socket.socket, values: dict[str, Any], body: bytes | memoryview, until: float = FOREVER) -> None:
    """Send one message; raises Closed, and TimeoutError at the moment `until` of the monotonic clock."""
    text = json.dumps(values).encode()
    try:
        _wait_until(line, until)
        line.sendall(_LENGTHS.pack(len(text), len(body)) + text)
        _wait_until(line, until)
        line.sendall(body)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(line: socket.socket, body_most: int, until: float = FOREVER) -> tuple[dict[str, Any], bytearray]:
    """Return the next message; raises Closed, also for one that is larger than agreed, and TimeoutError."""
    values_length, body_length = _LENGTHS.unpack(_receive(line, _LENGTHS.size, until))
    if values_length > _VALUES_MOST or body_length > body_most:
        raise Closed
    try:
        values = json.loads(_receive(line, values_length, until))
    except ValueError as error:
        raise Closed from error
    return values, _receive(line, body_length, until)


def _receive(line: socket.socket, length: int, until: float) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        _wait_until(line, until)
        try:
            count = line.recv_into(view)
        except ConnectionResetError as error:
            raise Closed from error
        if not count:
            raise Closed
        view = view[count:]
    return data


def _wait_until(line: socket.socket, until: float) -> None:
    line.settimeout(None if until == FOREVER else max(until - time.monotonic(), 0.001))
