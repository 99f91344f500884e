"""Milvus for the tests of its index: a cluster that TEST_MILVUS_URI names, or Milvus Lite in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.indexes.milvus.lite import TOKEN, Lite
from visualsearch.indexes import Space
from visualsearch.indexes.milvus import building
from visualsearch.indexes.milvus.engine import Engine
from visualsearch.indexes.milvus.index import MilvusIndex
from visualsearch.models import current_space
from visualsearch.sources import all_sources


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lite]:
    server = Lite(tmp_path_factory.mktemp("milvus"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def milvus(request: pytest.FixtureRequest, settings: Any) -> dict[str, Any]:
    """Write the address of the engine into the settings, and return them."""
    uri, token = os.environ.get("TEST_MILVUS_URI", ""), os.environ.get("TEST_MILVUS_TOKEN", "")
    if not uri:
        uri, token = request.getfixturevalue("lite").uri, TOKEN
    settings.VISUALSEARCH = {"INDEX": "milvus", "MILVUS_URI": uri, "MILVUS_TOKEN": token, "INDEX_SECONDS": 20.0}
    return dict(settings.VISUALSEARCH)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop a collection at once that another took the place of."""
    monkeypatch.setattr(building, "sleep", lambda seconds: None)


@pytest.fixture
def open_index(milvus: dict[str, Any], no_grace: None) -> Iterator[Callable[[Space], MilvusIndex]]:
    """Return a function that opens a handle of a space that this test has for itself."""
    mark, opened = uuid4().hex[:8], {}

    def open_(space: Space) -> MilvusIndex:
        index = MilvusIndex(replace(space, source=f"{space.source}-{mark}"))
        opened[index.space] = index
        return index

    yield open_
    for index in opened.values():
        drop_all(index._engine)


@pytest.fixture
def flow(milvus: dict[str, Any], no_grace: None, settings: Any) -> Iterator[str]:
    """Let Milvus answer the searches of the shop under a name that this test has for itself, and return it."""
    shop = uuid4().hex[:8]
    settings.VISUALSEARCH = {**milvus, "EMBEDDER": "thumbnail", "SHOP": shop}
    yield shop
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SHOP": shop}
    for source in all_sources():
        MilvusIndex(current_space(source.name)).forget()


def drop_all(engine: Engine) -> None:
    """Remove every collection of a space, whoever's rows are in it."""
    for alias in (engine.alias, engine.building):
        if engine.target(alias):
            engine.release(alias)
    for name in engine.names():
        engine.drop(name)
