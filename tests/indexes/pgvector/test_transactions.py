from __future__ import annotations

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from tests.indexes.journal import SPACE, Journal, draw
from tests.indexes.pgvector.database import database_as
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import RowsQuery
from visualsearch.indexes.pgvector import PgvectorIndex


@pytest.fixture
def index(postgres, settings):
    settings.VISUALSEARCH = {"IVF_FROM": 30, "INDEX_SECONDS": 20}
    return PgvectorIndex(SPACE)


@pytest.fixture
def journal():
    journal = Journal()
    journal.add(range(1, 101), draw(100))
    return journal


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def test_what_a_search_sets_ends_with_it_in_a_transaction_of_the_shop_too(index, journal):
    index.catch_up(journal.read)
    index.compact()

    with transaction.atomic():
        index.search(draw(1)[0], 5)
        index.catch_up(journal.read)
        assert (setting("statement_timeout"), setting("enable_sort"), setting("hnsw.ef_search")) == ("0", "on", "40")
    assert setting("statement_timeout") == "0"


def test_publishing_within_a_transaction_keeps_its_limits_and_ends_as_it_does(index, journal):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 12345")
        index.catch_up(journal.read)
        assert setting("statement_timeout") == "12345ms"
        assert len(index) == 100
        transaction.set_rollback(True)

    assert (len(index), index.revision) == (0, 0)
    index.catch_up(journal.read)
    assert (len(index), index.revision) == (100, 100)


def test_transaction_of_the_shop_goes_on_after_a_search_that_was_ended(index, journal, settings):
    index.catch_up(journal.read)
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX_SECONDS": 0.2}

    with transaction.atomic():
        with pytest.raises(IndexUnavailable):
            index.search_joined(draw(1)[0], 5, RowsQuery("SELECT 1::bigint FROM pg_sleep(30)", ()))
        assert setting("server_version")


def test_nothing_is_built_within_a_transaction(index, journal, caplog):
    index.catch_up(journal.read)

    with transaction.atomic():
        assert not index.compact()

    assert "left for later" in caplog.text
    assert index.status().kind == "exact"
    assert index.compact()


def test_index_in_another_database_than_the_rows_joins_nothing(pgvector, django_db_blocker, settings):
    settings.VISUALSEARCH = {"PGVECTOR_DATABASE": "vectors"}
    with django_db_blocker.unblock(), database_as("vectors", pgvector[0]):
        index, journal = PgvectorIndex(SPACE), Journal()
        journal.add([1, 2], draw(2))

        index.catch_up(journal.read)

        assert not index.supports_join
        assert len(index.search(draw(1)[0], 5)) == 2
        index.forget()
    assert DEFAULT_DB_ALIAS in connections
    assert PgvectorIndex.supports_join


def test_alias_that_is_none_is_told(settings):
    settings.VISUALSEARCH = {"PGVECTOR_DATABASE": "nowhere"}

    with pytest.raises(IndexUnavailable, match=r"^PGVECTOR_DATABASE is 'nowhere', which is no alias in DATABASES"):
        PgvectorIndex(SPACE).search(draw(1)[0], 5)


@pytest.mark.skipif("postgresql" in connection.vendor, reason="The suite runs on PostgreSQL.")
def test_database_that_is_no_postgresql_is_told(settings):
    settings.VISUALSEARCH = {}

    with pytest.raises(IndexUnavailable, match="The database 'default' is SQLite: name a PostgreSQL"):
        PgvectorIndex(SPACE).search(draw(1)[0], 5)


def test_user_that_may_not_create_is_told_what_to_grant(index, journal):
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        cursor.execute("DROP ROLE IF EXISTS visualsearch_reader")
        cursor.execute("CREATE ROLE visualsearch_reader")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE visualsearch_reader")
        with pytest.raises(IndexUnavailable, match=r"refuses the index what it needs .*: grant its user CREATE"):
            index.catch_up(journal.read)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE visualsearch_reader")
