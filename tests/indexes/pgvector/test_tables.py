from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from django.db import connection

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Changes, Space, block_digests
from visualsearch.indexes.pgvector import PgvectorIndex


@pytest.fixture(autouse=True)
def _database(postgres, settings):
    settings.VISUALSEARCH = {}


def execute(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def page(*ids: int, dimensions: int = 8) -> Changes:
    vectors = draw(len(ids), dimensions=dimensions)
    return Changes(revision=max(ids), ids=numbers(*ids), vectors=vectors, removed=numbers())


def test_names_are_safe_whatever_a_space_is_called_and_comments_can_be_read():
    space = replace(SPACE, source='shop."; DROP TABLE x; --' + "é" * 60, fingerprint="it's %s")

    index = PgvectorIndex(space)
    index.catch_up(lambda past: iter([page(1, 2)]))

    name = index.status().details["table"]
    assert name.replace("_", "").isalnum()
    assert len(name) < 50
    ((comment,),) = execute(f"SELECT obj_description('{name}'::regclass)")
    assert space.source in comment
    assert space.fingerprint in comment


def test_vectors_lie_in_the_table_itself():
    index = PgvectorIndex(Space(source="a", fingerprint="b", dimensions=2048))
    index.catch_up(lambda past: iter([page(*range(1, 20), dimensions=2048)]))

    name = index.status().details["table"]
    ((apart,),) = execute(f"SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = '{name}'::regclass")
    assert apart == 0


def test_the_most_dimensions_can_be_searched_by_an_index_and_more_are_refused(settings):
    settings.VISUALSEARCH = {"IVF_FROM": 30}
    index = PgvectorIndex(Space(source="a", fingerprint="b", dimensions=4000))
    rows = page(*range(1, 41), dimensions=4000)
    index.catch_up(lambda past: iter([rows]))

    assert index.compact()

    assert (index.search(rows.vectors[7], 1).ids.tolist(), index.status().kind) == ([8], "hnsw")
    with pytest.raises(IndexUnavailable, match=r"4000 dimensions at most, and b makes 4001: set INDEX to"):
        PgvectorIndex(Space(source="a", fingerprint="b", dimensions=4001))


def test_size_stays_true_through_every_kind_of_change():
    journal, index = Journal(), PgvectorIndex(SPACE)
    journal.add(range(1, 11), draw(10))
    index.catch_up(journal.read)
    journal.add([5, 11], draw(2, seed=2))
    journal.remove(1, 2, 99)
    index.catch_up(journal.read)

    ((rows,),) = execute(f"SELECT count(*) FROM {index.status().details['table']}")
    assert len(index) == rows == 9


def test_repair_counts_rows_that_somebody_else_took_away():
    index = PgvectorIndex(SPACE)
    index.catch_up(lambda past: iter([page(1, 2, 3)]))
    execute(f"DELETE FROM {index.status().details['table']} WHERE id = 2")

    index.repair(page(3))

    assert len(index) == 2


def test_space_that_was_forgotten_while_pages_were_read_does_not_begin_in_the_middle():
    index = PgvectorIndex(SPACE)
    journal = Journal()
    journal.add(range(1, 201), draw(200))

    def read(past):
        pages = journal.read(past)
        yield next(pages)
        PgvectorIndex(SPACE).forget()
        yield from pages

    index.catch_up(read)
    index.catch_up(journal.read)

    assert (len(index), index.revision) == (200, 200)


def test_rows_that_stay_as_they_are_are_not_written_again():
    index = PgvectorIndex(SPACE)
    index.catch_up(lambda past: iter([page(1, 2)]))
    name = index.status().details["table"]
    before = execute(f"SELECT id, ctid::text FROM {name} ORDER BY id")

    index.repair(page(1, 2))

    assert execute(f"SELECT id, ctid::text FROM {name} ORDER BY id") == before


def test_old_extension_is_told():
    execute("CREATE EXTENSION IF NOT EXISTS vector")
    execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
    try:
        with pytest.raises(IndexUnavailable, match=r"is version 0\.7\.4, and the index needs 0\.8: .* ALTER EXTENSION"):
            PgvectorIndex(SPACE).catch_up(lambda past: iter([page(1)]))
    finally:
        execute("UPDATE pg_extension SET extversion = '0.8.0' WHERE extname = 'vector'")


def test_extension_that_cannot_be_created_is_told(monkeypatch):
    execute("DROP EXTENSION IF EXISTS vector CASCADE")
    execute("DROP ROLE IF EXISTS visualsearch_shop")
    execute("CREATE ROLE visualsearch_shop")
    execute("GRANT CREATE ON SCHEMA public TO visualsearch_shop")
    execute("SET ROLE visualsearch_shop")
    try:
        with pytest.raises(IndexUnavailable, match=r"lacks the extension .* permission denied .* as a superuser"):
            PgvectorIndex(SPACE).catch_up(lambda past: iter([page(1)]))
    finally:
        execute("RESET ROLE")
        execute("DROP OWNED BY visualsearch_shop")
        execute("DROP ROLE visualsearch_shop")


def test_every_half_travels_there_and_back_unchanged():
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    vectors = halves[np.isfinite(halves)].reshape(-1, 8)
    ids = np.arange(1, len(vectors) + 1)
    index = PgvectorIndex(SPACE)

    index.catch_up(lambda past: iter([Changes(revision=1, ids=ids, vectors=vectors, removed=numbers())]))

    assert index.digests() == block_digests(ids, vectors)
