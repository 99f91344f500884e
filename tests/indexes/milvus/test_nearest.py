from __future__ import annotations

import numpy as np
import pytest

from tests.indexes.journal import draw
from visualsearch.indexes import Matches
from visualsearch.indexes.milvus import nearest as module
from visualsearch.indexes.milvus.nearest import compare, in_order, nearest
from visualsearch.indexes.scores import best, cosines


def engine(scores, most=None):
    """Return a function that finds as an engine does, and the numbers that it was asked for."""
    ids, scores = np.arange(1, len(scores) + 1), np.array(scores, np.float32)
    asked = []

    def ask(k):
        asked.append(k)
        found = np.argsort(-scores, kind="stable")[::-1][-min(k, most or k) :]
        return ids[found], scores[found]

    return ask, asked


def no_scan():
    raise AssertionError("Nothing is to be compared one by one.")


def test_best_rows_are_found_in_one_call():
    ask, asked = engine(np.linspace(0, 1, 200))

    found = nearest(ask, lambda: 200, no_scan, 3)

    assert found.ids.tolist() == [200, 199, 198]
    assert len(asked) == 1


def test_rows_that_tie_with_the_last_place_are_all_looked_at():
    ask, asked = engine([0.5] * 300 + [0.9])

    found = nearest(ask, lambda: 301, no_scan, 3)

    assert found.ids.tolist() == [301, 1, 2]
    assert len(asked) > 1


def test_more_ties_than_the_engine_gives_end_the_asking(monkeypatch):
    monkeypatch.setattr(module, "MOST_FOUND", 100)
    ask, asked = engine([0.5] * 300)

    assert len(nearest(ask, lambda: 300, no_scan, 3)) == 3
    assert asked[-1] == 100


def test_scores_apart_by_noise_are_one_tie():
    ids, scores = np.array([9, 4, 7, 1]), np.array([0.5000005, 0.5, 0.4999999, 0.4], np.float32)

    found = in_order(ids, scores, 4)

    assert found.ids.tolist() == [4, 7, 9, 1]
    assert len(set(found.scores.tolist())) == 2


@pytest.mark.parametrize(("most", "k"), [(5, 10), (1, 400), (None, 16_385)])
def test_rows_that_the_engine_does_not_give_are_compared_one_by_one(most, k):
    rows, query = draw(500), draw(1, seed=3)[0].astype(np.float32)
    ids = np.arange(1, 501)
    ask, _ = engine(cosines(rows, query), most)
    pages = iter([(ids[:300], rows[:300]), (ids[300:], rows[300:])])

    found = nearest(ask, lambda: 500, lambda: compare(pages, query, k), k)

    right = best(ids, cosines(rows, query), k)
    assert found.ids.tolist() == right.ids.tolist()


def test_fewer_rows_than_asked_are_fine_where_there_are_no_more():
    ask, _ = engine([0.1, 0.2])

    assert nearest(ask, lambda: 2, no_scan, 5).ids.tolist() == [2, 1]
    assert nearest(lambda k: (np.empty(0, np.int64), np.empty(0, np.float32)), lambda: 0, no_scan, 5) is not None


def test_comparing_no_row_finds_nothing():
    found = compare(iter([]), draw(1)[0].astype(np.float32), 5)

    assert isinstance(found, Matches)
    assert len(found) == 0
