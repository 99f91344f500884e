from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.indexes.milvus.lite import Lite
from tests.indexes.shared_contract import SharedIndexContract
from visualsearch.indexes import Index, Space, load_index


def open_marked(space: Space) -> Index:
    """Open a space in another process, as the test did that started it."""
    return load_index("milvus", replace(space, source=os.environ["MARKED_SOURCE"]))


class TestMilvusIndex(SharedIndexContract):
    @pytest.fixture
    def open_index(self, open_index: Callable[[Space], Index]) -> Callable[[Space], Index]:
        return open_index

    @pytest.fixture
    def server(self, request: pytest.FixtureRequest) -> Lite:
        if os.environ.get("TEST_MILVUS_URI"):
            pytest.skip("The cluster that TEST_MILVUS_URI names is not ours to stop.")
        lite: Lite = request.getfixturevalue("lite")
        return lite

    @pytest.fixture
    def opener(self, empty: Index, milvus: dict[str, Any]) -> tuple[str, dict[str, str]]:
        environment = {"MARKED_SOURCE": empty.space.source, "DJANGO_SETTINGS_MODULE": "tests.indexes.milvus.settings"}
        environment |= {name: milvus[name] for name in ("MILVUS_URI", "MILVUS_TOKEN")}
        return f"{__name__}.open_marked", environment
