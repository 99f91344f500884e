"""Child processes that decode photos, where a photo cannot take the web process with it."""

from __future__ import annotations

import atexit
import os
import sys
from threading import Lock

from visualsearch.conf import get_settings
from visualsearch.images.decoders.decoder import Allowance
from visualsearch.images.decoders.pool import DecoderPool

__all__ = ["Allowance", "DecoderPool", "get_pool"]


class _Own:
    """The pool of this process, if it has one."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pool: DecoderPool | None = None


_own = _Own()


def get_pool() -> DecoderPool:
    """Return this process's pool, which starts no decoder before the first photo."""
    with _own.lock:
        if _own.pool is None:
            settings = get_settings()
            allowance = Allowance(seconds=settings.decode_seconds, data_bytes=settings.decode_bytes_most)
            _own.pool = DecoderPool(settings.decode_processes, allowance)
        return _own.pool


def _end() -> None:
    if _own.pool:
        _own.pool.end()


def _forget() -> None:
    """Begin anew after a fork: two processes on one line would get each other's answers."""
    if _own.pool:
        _own.pool.forget()
    # Held perhaps by a thread that is not here.
    _own.lock = Lock()
    _own.pool = None


atexit.register(_end)
if sys.platform == "linux":
    os.register_at_fork(after_in_child=_forget)
