from __future__ import annotations

import pytest

from tests.indexes.contract import COUNT, IndexContract
from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.faiss import FaissIndex


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    """Few vectors are enough for lists, and the snapshots go with the test."""
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300, "COMPACT_FROM": 100}


def fill(index: FaissIndex, before: int, kind: str) -> Journal:
    """Put `before` rows into a snapshot of this kind, other versions of some of them too, and the rest after it."""
    journal = Journal()
    vectors = draw(COUNT)
    journal.add(range(1, before + 1), vectors[:before])
    journal.add([5000, 17], draw(2, seed=77))
    index.catch_up(journal.read)
    assert index.compact()
    journal.remove(5000)
    journal.add([17], vectors[16:17])
    journal.add(range(before + 1, COUNT + 1), vectors[before:])
    index.catch_up(journal.read)
    assert index.status().kind == kind
    return journal


class TestWithoutSnapshot(IndexContract):
    @pytest.fixture
    def empty(self):
        return FaissIndex(SPACE)

    @pytest.fixture
    def filled(self, empty):
        journal = Journal()
        journal.add(range(1, COUNT + 1), draw(COUNT))
        empty.catch_up(journal.read)
        return empty, journal


class TestExactSnapshotAndDelta(TestWithoutSnapshot):
    @pytest.fixture
    def filled(self, empty):
        return empty, fill(empty, before=250, kind="exact")


class TestListsAndDelta(TestWithoutSnapshot):
    @pytest.fixture
    def filled(self, empty):
        return empty, fill(empty, before=350, kind="ivf")


class TestListsForManyAllowed(TestListsAndDelta):
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr("visualsearch.indexes.layers._FEW", 5)


@pytest.fixture
def large():
    journal = Journal(page=1000)
    journal.add(range(1, 3001), draw(3000))
    index = FaissIndex(SPACE)
    index.catch_up(journal.read)
    return index, journal


def test_recall_is_as_asked_for_queries_that_the_build_has_not_seen(large):
    index, journal = large
    index.compact()
    index.catch_up(journal.read)
    exact = ExactIndex(SPACE)
    exact.catch_up(journal.read)

    queries = draw(300, seed=0)[:100] + 0.1 * draw(100, seed=9)
    found = sum(len(set(index.search(q, 10).ids) & set(exact.search(q, 10).ids)) for q in queries)

    assert index.status().details["probes"] < index.status().details["lists"]
    assert found / 1000 >= 0.97
