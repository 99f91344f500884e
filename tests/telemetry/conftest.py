"""What is logged of searches and syncs."""

from __future__ import annotations

import logging
from typing import Any

import pytest


class Lines:
    """The fields of each line from INFO on."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def of(self, what: str) -> list[dict[str, Any]]:
        """Return those of `searches` or `syncs`, in their order."""
        return [record.visualsearch for record in self.records(what)]  # type: ignore[attr-defined]

    def records(self, what: str) -> list[logging.LogRecord]:
        """Return the records that they stand in."""
        return [record for record in self._caplog.records if record.name == f"visualsearch.{what}"]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """Return what is logged."""
    for name in ("visualsearch.searches", "visualsearch.syncs"):
        caplog.set_level(logging.INFO, logger=name)
    return Lines(caplog)
