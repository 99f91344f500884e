from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.indexes.journal import SPACE, Journal, draw
from tests.indexes.threads import Thread
from visualsearch.indexes.pgvector import PgvectorIndex, building


@pytest.fixture
def index(postgres, settings):
    settings.VISUALSEARCH = {"IVF_FROM": 300}
    return PgvectorIndex(SPACE)


@pytest.fixture
def journal():
    journal = Journal()
    journal.add(range(1, 401), draw(400))
    return journal


def indexes() -> list[str]:
    """Return the kinds of the indexes over vectors, each with a mark where it cannot be used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT amname, indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid JOIN pg_am ON pg_am.oid = relam"
            " WHERE amname IN ('hnsw', 'ivfflat')"
        )
        return sorted(kind if valid else f"{kind} (unusable)" for kind, valid in cursor.fetchall())


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ^@ 'visualsearch_pgvector_'")
        return [name for (name,) in cursor.fetchall()]


def test_few_vectors_have_no_index_and_need_none(index):
    journal = Journal()
    journal.add(range(1, 300), draw(299))
    index.catch_up(journal.read)

    assert (index.needs_snapshot(), index.compact()) == ("", False)
    assert (indexes(), index.status().kind) == ([], "exact")
    assert index.status().why == "Fewer than 300 vectors (IVF_FROM) are there, so all are compared."


def test_many_vectors_get_an_index_that_is_built_beside_what_is_searched(index, journal):
    index.catch_up(journal.read)
    assert index.needs_snapshot() == "400 vectors are to be searched by hnsw, and are by exact."
    assert "No worker has built" in index.status().why

    with CaptureQueriesContext(connection) as asked:
        assert index.compact()

    (create,) = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("CREATE INDEX")]
    assert create.startswith("CREATE INDEX CONCURRENTLY")
    assert (indexes(), index.status().kind, index.needs_snapshot()) == (["hnsw"], "hnsw", "")
    assert index.status().details["recall"] >= 0.99
    assert index.status().details["bytes"] > 400 * 16


def test_searching_and_publishing_go_on_during_a_build(index, journal, monkeypatch):
    index.catch_up(journal.read)
    created, go_on = threading.Event(), threading.Event()
    measured = building._measured

    def wait(*arguments):
        created.set()
        assert go_on.wait(30)
        return measured(*arguments)

    monkeypatch.setattr(building, "_measured", wait)
    builder = Thread(lambda: PgvectorIndex(SPACE).compact())
    assert created.wait(30)

    journal.add([1000], draw(1, seed=3))
    index.catch_up(journal.read)
    assert index.search(journal.alive[1000], 1).ids.tolist() == [1000]
    assert not index.compact()
    go_on.set()

    assert builder.result()
    assert (len(index), index.revision, index.status().kind) == (401, 401, "hnsw")


def test_build_that_was_broken_off_is_cleared_away(index, journal):
    index.catch_up(journal.read)
    index.compact()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false FROM pg_class JOIN pg_am ON pg_am.oid = relam"
            " WHERE pg_class.oid = indexrelid AND amname = 'hnsw'"
        )
        cursor.execute("UPDATE visualsearch_pgvector SET kind = 'exact'")
    assert indexes() == ["hnsw (unusable)"]

    assert index.compact()

    assert indexes() == ["hnsw"]


def test_another_kind_takes_the_place_of_the_first(index, journal, settings):
    index.catch_up(journal.read)
    index.compact()

    settings.VISUALSEARCH = {"IVF_FROM": 300, "PGVECTOR_KIND": "ivfflat"}
    assert index.needs_snapshot() == "400 vectors are to be searched by ivfflat, and are by hnsw."
    assert index.compact()
    assert (indexes(), index.status().kind) == (["ivfflat"], "ivfflat")

    settings.VISUALSEARCH = {"IVF_FROM": 300, "PGVECTOR_KIND": "exact"}
    assert index.compact()
    assert (indexes(), index.status().kind, index.needs_snapshot()) == ([], "exact", "")
    assert index.status().why == "PGVECTOR_KIND is 'exact', so every row is compared."


@pytest.mark.parametrize("kind", ["hnsw", "ivfflat"])
def test_index_is_measured_anew_when_the_vectors_have_doubled(index, journal, settings, kind):
    settings.VISUALSEARCH = {"IVF_FROM": 300, "PGVECTOR_KIND": kind}
    index.catch_up(journal.read)
    index.compact()
    journal.add(range(401, 800), draw(399, seed=2))
    index.catch_up(journal.read)
    assert index.needs_snapshot() == ""
    journal.add([800], draw(1, seed=2))
    index.catch_up(journal.read)
    assert index.needs_snapshot() == "800 vectors are there, and were 400 when the index was measured."

    assert index.compact()

    assert (index.needs_snapshot(), index.status().details["measured at"], indexes()) == ("", 800, [kind])


def test_index_that_is_there_stays_when_vectors_become_fewer(index, journal):
    index.catch_up(journal.read)
    index.compact()
    journal.remove(*range(1, 201))

    index.catch_up(journal.read)

    assert (index.needs_snapshot(), indexes(), len(index)) == ("", ["hnsw"], 200)


def test_rebuilding_builds_the_index_before_the_new_table_is_searched(index, journal):
    index.catch_up(journal.read)
    assert indexes() == []

    assert index.rebuild(journal.read)

    assert (indexes(), index.status().kind, index.needs_snapshot(), len(tables())) == (["hnsw"], "hnsw", "", 1)


def test_what_was_published_until_the_last_moment_is_in_the_new_table(index, journal):
    index.catch_up(journal.read)
    other = PgvectorIndex(SPACE)

    def read(past):
        yield from journal.read(past)
        if journal.revision < 402:  # during the first filling, and during the second
            journal.add([journal.revision + 1], draw(1, seed=journal.revision))
            Thread(lambda: other.catch_up(journal.read)).result()

    assert index.rebuild(read)

    assert (len(index), index.revision) == (402, 402)


def test_effort_that_finds_too_little_is_raised(index, journal, monkeypatch):
    found = {40: 0.5, 64: 0.98, 102: 0.995}
    monkeypatch.setattr(building, "_recall", lambda transactions, name, state, sample: found[state.effort])
    index.catch_up(journal.read)

    index.compact()

    assert index.status().details["hnsw.ef_search"] == 2 * 102
    assert index.status().details["recall"] == 0.995


@pytest.mark.parametrize(("size", "lists"), [(300, 1), (10_000, 10), (1_000_000, 1000), (10_000_000, 3162)])
def test_lists_are_as_many_as_pgvector_advises(size, lists):
    assert building._lists(size) == lists


def test_table_of_a_rebuild_that_was_killed_goes_with_the_next(index, journal):
    index.catch_up(journal.read)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {tables()[0]}9 (id bigint)")

    index.compact()

    assert len(tables()) == 1


def test_forgetting_leaves_no_table(index, journal):
    index.catch_up(journal.read)
    index.forget()

    assert tables() == []
