from __future__ import annotations

import pytest
from django.db import connections

from tests.indexes.shared_contract import SharedIndexContract
from visualsearch.indexes import RowsQuery
from visualsearch.indexes.pgvector import PgvectorIndex


class TestWithoutIndex(SharedIndexContract):
    @pytest.fixture(autouse=True)
    def _settings(self, settings):
        settings.VISUALSEARCH = {}

    @pytest.fixture
    def open_index(self, postgres):
        return PgvectorIndex

    @pytest.fixture
    def server(self, postgres):
        if not postgres[1]:
            pytest.skip("The server that TEST_PGVECTOR_URL names is not ours to stop.")
        return postgres[1]

    @pytest.fixture
    def opener(self, postgres):
        environment = {"DATABASE_URL": postgres[0], "DJANGO_SETTINGS_MODULE": "catalog.settings"}
        return "tests.indexes.pgvector.database.open_in_child", environment

    @pytest.fixture
    def as_query(self, postgres):
        def put(ids):
            with connections["default"].cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS visualsearch_rows")
                cursor.execute("CREATE TABLE visualsearch_rows (id bigint PRIMARY KEY)")
                cursor.execute("INSERT INTO visualsearch_rows SELECT unnest(%s::bigint[])", [ids])
            return RowsQuery("SELECT id FROM visualsearch_rows WHERE id > %s", (0,))

        return put


class TestGraph(TestWithoutIndex):
    @pytest.fixture(autouse=True)
    def _settings(self, settings):
        settings.VISUALSEARCH = {"IVF_FROM": 300}

    @pytest.fixture
    def filled(self, published):
        assert published[0].compact()
        assert published[0].status().kind == "hnsw"
        return published


class TestLists(TestWithoutIndex):
    @pytest.fixture(autouse=True)
    def _settings(self, settings):
        settings.VISUALSEARCH = {"IVF_FROM": 300, "PGVECTOR_KIND": "ivfflat"}

    @pytest.fixture
    def filled(self, published):
        assert published[0].compact()
        assert published[0].status().kind == "ivfflat"
        return published
