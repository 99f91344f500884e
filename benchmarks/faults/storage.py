"""A storage that fails now and then while a file says so."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage

FAILS = "storage-fails"
"""Name of the file in VAR_DIR that makes one read in ten fail while it is there."""

SHARE = 0.1

_random = Random()


class FailingStorage(FileSystemStorage):
    """Fails as a storage over a network does: when a file is opened."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        if (Path(settings.VAR_DIR) / FAILS).exists() and _random.random() < SHARE:
            raise OSError("The storage does not answer.")
        return super()._open(name, mode)
