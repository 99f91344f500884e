"""One long task at a time on a host, so that a worker of two or more always has a hand free for a save."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from visualsearch.conf import get_settings

try:
    import fcntl
except ImportError:  # Windows
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

logger = logging.getLogger(__name__)

LOCK = "long-task.lock"
"""Name of the file in DIRECTORY that whoever runs a long task has locked."""


@contextmanager
def long_task() -> Iterator[bool]:
    """Hold the one place until the block ends or the process dies; False where another holds it."""
    file = _open()
    if file is None:
        yield True
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_ours = False
        else:
            is_ours = True
        yield is_ours


def _open() -> IO[str] | None:
    """Return the file to lock; None where nobody can be kept out."""
    folder = get_settings().directory
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / LOCK).open("w") if HAS_LOCKS else None
    except OSError as error:  # a shop whose index is elsewhere may have no such folder
        logger.warning("Long tasks may run side by side, since %s cannot be written: %s", folder / LOCK, error)
        return None
