from __future__ import annotations

import pytest
from django.db import connections

from tests.indexes.pgvector_database import database_as
from tests.indexes.shared_contract import SharedIndexContract
from visualsearch.indexes import RowsQuery
from visualsearch.indexes.pgvector import PgvectorIndex


@pytest.fixture(autouse=True)
def small_sample(monkeypatch):
    """Measure recall with few queries: every test with an index builds one."""
    monkeypatch.setattr("visualsearch.indexes.recall._QUERIES", 20)


@pytest.fixture
def postgres(pgvector, django_db_blocker):
    """Let the shop's database be an empty one with pgvector; yields its address and, where it is ours, its server."""
    url, server = pgvector
    with django_db_blocker.unblock(), database_as("default", url):
        yield url, server
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'visualsearch%%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TABLE {name}")


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
        return "tests.indexes.pgvector_database.open_in_child", environment

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
