from __future__ import annotations

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import RowsQuery
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.pgvector import PgvectorIndex, building, nearest

SIZE = 3000


@pytest.fixture(params=["hnsw", "ivfflat"])
def kind(request, settings):
    own = {"IVF_FROM": 300, "PGVECTOR_KIND": request.param, "INDEX_SECONDS": 30, "RECALL_TARGET": 1.0}
    settings.VISUALSEARCH = own
    return request.param


@pytest.fixture
def large(postgres, kind, monkeypatch):
    """Return an index over 3,000 vectors, in 60 lists where it has lists, and the same exactly."""
    monkeypatch.setattr(building, "_ROWS_A_LIST", 50)
    journal, index, exact = Journal(page=1000), PgvectorIndex(SPACE), ExactIndex(SPACE)
    journal.add(range(1, SIZE + 1), draw(SIZE))
    index.catch_up(journal.read)
    exact.catch_up(journal.read)
    index.compact()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE visualsearch_rows (id bigint PRIMARY KEY, part double precision)")
        cursor.execute("INSERT INTO visualsearch_rows SELECT i, i / 3000.0 FROM generate_series(1, 3000) AS i")
        cursor.execute("ANALYZE visualsearch_rows")
    return index, exact


def rows(part: float) -> RowsQuery:
    return RowsQuery("SELECT id FROM visualsearch_rows WHERE part <= %s", (part,))


def plans(search) -> list[str]:
    """Return the plan of each query over the vectors that a search asks, with what it has set before."""
    with CaptureQueriesContext(connection) as asked:
        search()
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in [
            query["sql"] for query in asked.captured_queries if "set_config" in query["sql"] or "<#>" in query["sql"]
        ]:
            cursor.execute(f"EXPLAIN {sql}" if "<#>" in sql else sql)
            if "<#>" in sql:
                found.append("\n".join(line for (line,) in cursor.fetchall()))
        transaction.set_rollback(True)
    return found


def test_search_of_many_vectors_takes_the_index_alone(large, kind):
    index, _ = large

    (plan,) = plans(lambda: index.search(draw(1, seed=6)[0], 10))

    assert f"Index Scan using {index.status().details['table']}_{kind}" in plan


def test_filter_that_leaves_much_is_checked_along_the_index_and_sends_no_ids(large, kind):
    index, _ = large

    *_, plan = plans(lambda: index.search_joined(draw(1, seed=6)[0], 10, rows(0.9)))

    assert f"_{kind}_" in plan
    assert "visualsearch_rows" in plan


def test_filter_that_leaves_little_looks_its_rows_up(large, kind):
    index, _ = large

    (plan,) = plans(lambda: index.search_joined(draw(1, seed=6)[0], 10, rows(0.01)))

    assert "_pkey" in plan
    assert f"_{kind}_" not in plan


@pytest.mark.parametrize("part", [0.9, 0.5, 0.2, 0.05, 0.005, 0.001])
def test_filters_lose_no_results_and_few_of_the_nearest(large, part):
    index, exact = large
    allowed = np.arange(1, int(SIZE * part) + 1)
    found = wanted = 0

    for query in draw(20, seed=8):
        best = exact.search(query, 10, allowed).ids
        for matches in (index.search_joined(query, 10, rows(part)), index.search(query, 10, allowed)):
            assert len(matches) == min(10, len(allowed))
            assert np.isin(matches.ids, allowed).all()
            found, wanted = found + len(np.intersect1d(matches.ids, best)), wanted + len(best)

    assert found >= 0.95 * wanted


@pytest.fixture
def far(large):
    """Return a query and the half of the rows that is farthest from it, in the table that queries join."""
    index, exact = large
    query = draw(1, seed=6)[0]
    ids = np.sort(exact.search(query, SIZE).ids[SIZE // 2 :])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE visualsearch_rows SET part = 2 WHERE id = ANY(%s)", [ids.tolist()])
    return query, ids, RowsQuery("SELECT id FROM visualsearch_rows WHERE part = 2", ())


def test_index_goes_on_until_it_has_enough_of_what_is_far_away(large, far, monkeypatch):
    index, _ = large
    query, ids, joined = far
    monkeypatch.setattr(nearest, "_exactly", None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE visualsearch_pgvector SET effort = 1")

    found = index.search_joined(query, 20, joined)

    assert len(found) == 20
    assert np.isin(found.ids, ids).all()


@pytest.mark.parametrize("kind", ["hnsw"], indirect=True)  # one list has enough of these rows
def test_what_an_index_does_not_come_to_is_found_by_comparing_with_all(large, far, monkeypatch):
    index, exact = large
    query, ids, joined = far
    given_up = {
        "hnsw.iterative_scan": "off",
        "ivfflat.iterative_scan": "off",
        "hnsw.ef_search": "40",
        "ivfflat.probes": "1",
    }
    monkeypatch.setattr(nearest, "_SETTINGS", {"hnsw": given_up, "ivfflat": given_up})

    for found in (index.search_joined(query, 20, joined), index.search(query, 20, ids)):
        assert found.ids.tolist() == exact.search(query, 20, ids).ids.tolist()


def test_many_equal_rows_come_by_rising_id(large):
    index, _ = large
    same = draw(1, seed=50)[0]
    journal = Journal()
    journal.add(range(1, 2 * SIZE), np.zeros((2 * SIZE - 1, 8), np.float16))
    journal.add(range(9000, 8700, -1), np.tile(same, (300, 1)))

    index.catch_up(lambda past: journal.read(2 * SIZE - 1))

    assert index.search(same, 5).ids.tolist() == [8701, 8702, 8703, 8704, 8705]


def test_scores_and_order_are_those_of_the_exact_rule(large):
    index, exact = large

    for query in draw(5, seed=9).astype(np.float32) * 3:
        found, best = index.search(query, 10, np.arange(1, 100)), exact.search(query, 10, np.arange(1, 100))
        assert found.ids.tolist() == best.ids.tolist()
        np.testing.assert_allclose(found.scores, best.scores, atol=1e-5)


def test_search_that_takes_too_long_says_so_and_the_next_one_works(large, settings):
    index, _ = large
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX_SECONDS": 0.3}
    slow = RowsQuery("SELECT id FROM visualsearch_rows, pg_sleep(30)", ())

    with pytest.raises(IndexUnavailable, match=r"took longer than 0\.3 s: raise INDEX_SECONDS"):
        index.search_joined(draw(1)[0], 5, slow)

    assert len(index.search(draw(1)[0], 5, numbers(1, 2))) == 2
