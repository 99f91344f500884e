"""The folder that a run writes into, for its owner alone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077

_WRITTEN = ("db.sqlite3*", "broker", "logs", "media", "static", "visualsearch", "celerybeat-schedule*")
"""What runs of before may have left for all to read; whatever else lies there is not ours to change."""


def keep_private(folder: Path) -> None:
    """Make the folder, and let this process write what its owner alone can read; raises OSError."""
    os.umask(_OTHERS)
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in _WRITTEN:
        for path in folder.glob(pattern):
            _close_to_others(path)


def _close_to_others(path: Path) -> None:
    with suppress(OSError):  # another's file, or one that was there a moment ago
        mode = path.stat().st_mode & 0o7777
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)
