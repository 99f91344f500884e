"""Two hosts with folders of their own, one database and one storage between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.indexes.journal import SPACE, Journal, draw
from tests.s3 import s3_server, s3_storage
from visualsearch.indexes.faiss import FaissIndex

ROWS = {"exact": 200, "ivf": 500}
FILES = {"exact": ("ids.i64", "vectors.f16"), "ivf": ("ids.i64", "lists.faiss", "positions.i64")}


@pytest.fixture(params=["files"])
def storage(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[None]:
    """Let hosts share snapshots through a folder; through one of the others where a test names it."""
    if request.param == "s3":
        with s3_server() as address:
            _share(settings, s3_storage(address))
            yield
    elif request.param == "pathless":
        _share(settings, {"BACKEND": "tests.production.pathless.PathlessStorage"})
        yield
    else:
        folder = {"location": tmp_path / "storage"}
        _share(settings, {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder})
        yield


@pytest.fixture(autouse=True)
def small(storage: None, settings: Any) -> None:
    """Build lists and snapshots of a few rows."""
    settings.VISUALSEARCH = {
        "DIRECTORY": "/nowhere",
        "IVF_FROM": 300,
        "COMPACT_FROM": 100,
        "SNAPSHOT_STORAGE": "snapshots",
    }


@pytest.fixture(params=["ivf"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return how the snapshot of the first host is searched."""
    return str(request.param)


@pytest.fixture
def journal(kind: str) -> Journal:
    """Return rows enough for a snapshot of this kind."""
    journal = Journal()
    journal.add(range(1, ROWS[kind] + 1), draw(ROWS[kind]))
    return journal


@pytest.fixture
def first(journal: Journal, tmp_path: Path) -> FaissIndex:
    """Return the index of a host that has built a snapshot."""
    index = FaissIndex(SPACE, tmp_path / "first")
    index.rebuild(journal.read)
    return index


@pytest.fixture
def second(tmp_path: Path) -> FaissIndex:
    """Return the index of a host that has nothing yet."""
    return FaissIndex(SPACE, tmp_path / "second")


def _share(settings: Any, storage: dict[str, Any]) -> None:
    settings.STORAGES = {**settings.STORAGES, "snapshots": storage}
