from __future__ import annotations

import pytest
from django.db import connections

from tests.indexes.pgvector.database import database_as


@pytest.fixture(autouse=True)
def small_sample(monkeypatch):
    """Measure recall with few queries: every test with an index builds one."""
    monkeypatch.setattr("visualsearch.indexes.pgvector.building._SAMPLED", 20)


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
