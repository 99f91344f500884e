from __future__ import annotations

import pytest
from django.db import connection

from tests.indexes.pgvector.database import database_as
from visualsearch.indexes.pgvector import checks
from visualsearch.indexes.pgvector.checks import check_extension, check_pgvector

POSTGRES = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"connect_timeout": 2}}


@pytest.fixture
def databases(settings, monkeypatch):
    """Return the shop's databases, for a test to change; its vectors lie in PostgreSQL without fault."""
    settings.VISUALSEARCH = {"INDEX": "pgvector"}
    monkeypatch.setitem(settings.DATABASES, "default", POSTGRES)
    return lambda alias, values: monkeypatch.setitem(settings.DATABASES, alias, values)


def only(messages):
    (message,) = messages
    assert message.hint
    return message.id, message.msg


def test_nothing_is_said_of_a_shop_without_this_index(settings):
    settings.VISUALSEARCH = {"INDEX": "faiss", "PGVECTOR_DATABASE": "nowhere"}

    assert check_pgvector() + check_extension(databases=["nowhere"]) == []


def test_nothing_is_wrong_with_a_shop_that_is_set_up(databases):
    assert check_pgvector() == []


def test_visualsearch_e030_psycopg_is_missing(databases, monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    assert only(check_pgvector()) == (
        "visualsearch.E030",
        "VISUALSEARCH names the index 'pgvector', which needs psycopg 3.",
    )


def test_visualsearch_e031_unknown_kind(databases, settings):
    settings.VISUALSEARCH = {"INDEX": "pgvector", "PGVECTOR_KIND": "tree"}

    assert only(check_pgvector()) == (
        "visualsearch.E031",
        "VISUALSEARCH['PGVECTOR_KIND'] is 'tree', which is no kind of index.",
    )


@pytest.mark.parametrize(
    ("alias", "what"),
    [("nowhere", "is no alias in DATABASES"), ("sqlite", "is django.db.backends.sqlite3")],
)
def test_visualsearch_e032_no_postgresql(databases, settings, alias, what):
    databases("sqlite", {"ENGINE": "django.db.backends.sqlite3"})
    settings.VISUALSEARCH = {"INDEX": "pgvector", "PGVECTOR_DATABASE": alias}

    expected = ("visualsearch.E032", f"The index 'pgvector' needs a PostgreSQL, and {alias!r} {what}.")
    assert only(check_pgvector()) == expected
    assert check_extension(databases=[alias]) == []


def test_visualsearch_w030_silent_host(databases):
    databases("default", {"ENGINE": "django.db.backends.postgresql"})

    assert only(check_pgvector()) == (
        "visualsearch.W030",
        "A search waits 130 s for a host of the database 'default' that does not answer.",
    )


def test_visualsearch_w031_no_extension(databases, postgres):
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION IF EXISTS vector CASCADE")

    assert only(check_extension(databases=["default"])) == (
        "visualsearch.W031",
        "The database 'default' has no pgvector, and the index needs 0.8.",
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION vector")
    assert check_extension(databases=["default"]) == []
    assert check_extension(databases=["another"]) == []


def test_visualsearch_e033_no_server(databases, settings, django_db_blocker):
    settings.VISUALSEARCH = {"INDEX": "pgvector", "PGVECTOR_DATABASE": "vectors"}
    databases("vectors", POSTGRES)

    with django_db_blocker.unblock(), database_as("vectors", "postgres://nobody@127.0.0.1:1/nothing"):
        (error,) = check_extension(databases=["vectors"])

    assert error.id == "visualsearch.E033"
    assert error.msg.startswith("The index 'pgvector' cannot be reached: ")
    assert error.hint
