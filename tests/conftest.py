"""What every test starts with: empty indexes in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_indexes(settings: Any, tmp_path: Path) -> None:
    """Begin without an index: rows of another test must not be in this one's."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DIRECTORY": tmp_path / "indexes"}
