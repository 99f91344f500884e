"""The shop's settings with a storage so slow that a few pictures are enough to see work under way."""

from __future__ import annotations

import time
from typing import Any

from django.core.files.storage import FileSystemStorage

from catalog.settings import *  # noqa: F403
from catalog.settings import STORAGES


class SlowStorage(FileSystemStorage):
    """Takes a while to open a file."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        time.sleep(0.3)
        return super()._open(name, mode)


STORAGES = {**STORAGES, "default": {**STORAGES["default"], "BACKEND": "tests.slow_reading.SlowStorage"}}
