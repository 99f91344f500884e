from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.indexes.milvus.conftest import lite, milvus, no_grace
from tests.postgres import OwnServer, own_database
from tests.shared.engine import NAME, EngineIndex, be_patient_no_more

__all__ = ["lite", "milvus", "no_grace"]


@pytest.fixture
def empty_pgvector(pgvector: tuple[str, OwnServer | None]) -> Iterator[str]:
    """Return the address of a database that this test has for itself."""
    with own_database(pgvector[0]) as url:
        yield url


@pytest.fixture
def milvus_engine(milvus: dict[str, Any], no_grace: None, settings: Any) -> None:
    """Write into the settings where Milvus is, under a shop that this test has for itself."""
    settings.VISUALSEARCH = {**milvus, "SHOP": uuid4().hex[:8]}


@pytest.fixture(autouse=True)
def _engine(settings: Any) -> Iterator[None]:
    """Let a shared index answer, in an engine that was just installed and that nobody is angry with."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": NAME}
    be_patient_no_more()
    EngineIndex.reset()
    yield
    EngineIndex.reset()
