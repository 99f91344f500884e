"""Whether this worker was asked to end, known to its forked children too."""

from __future__ import annotations

import mmap

# Shared with every child that is forked after this was imported: a worker tells its children nothing else when it ends.
_asked = mmap.mmap(-1, 1)


def ask_to_stop() -> None:
    """Let long tasks of this worker end after the batch that they are at."""
    _asked[0] = 1


def go_on() -> None:
    """Take the wish back: a worker that starts in this process has not been asked yet."""
    _asked[0] = 0


def is_asked_to_stop() -> bool:
    """Tell whether tasks should end soon; what they leave is in the database, for the next worker."""
    return bool(_asked[0])
