"""For a shop's own tests: what was saved a moment ago is found, without a worker, a broker or a thread."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.test.utils import TestContextDecorator, override_settings

from visualsearch.indexes import Index, Space
from visualsearch.opening import open_index
from visualsearch.sync import sync_outstanding


def sync_now() -> None:
    """Do here and now what a worker would do: embed what was saved, and forget what is gone."""
    for _ in sync_outstanding():
        pass


class override_visualsearch(TestContextDecorator):  # noqa: N801 - as Django's override_settings
    """Let every search begin with a sync of what was saved, in its own process and transaction.

    A decorator of test classes and functions, or a context manager; keywords are keys of `VISUALSEARCH`. Unless they
    say otherwise pictures are told apart by their colours alone (`thumbnail`), so that no model is loaded, and every
    vector is compared. No save sends a message, and nothing is left in a folder.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._options = options

    def enable(self) -> None:
        """Begin."""
        self._folder = tempfile.mkdtemp(prefix="visualsearch-")
        own = {"EMBEDDER": "thumbnail", "INDEX": "exact", "BELL": False, "DIRECTORY": self._folder, **self._options}
        self._settings = override_settings(VISUALSEARCH={**getattr(settings, "VISUALSEARCH", {}), **own})
        self._settings.enable()
        self._opening = patch("visualsearch.search.fallback.open_index", _after_sync(open_index))
        self._opening.start()

    def disable(self) -> None:
        """End, and leave nothing behind."""
        self._opening.stop()
        self._settings.disable()
        shutil.rmtree(self._folder, ignore_errors=True)


def _after_sync(opens: Callable[..., Index]) -> Callable[..., Index]:
    def open_synced(space: Space, name: str = "") -> Index:
        sync_now()
        return opens(space, name)

    return open_synced
