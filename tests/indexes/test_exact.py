from __future__ import annotations

import pytest

from tests.indexes.contract import COUNT, IndexContract
from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.indexes.exact import ExactIndex


class TestExactIndex(IndexContract):
    @pytest.fixture
    def empty(self):
        return ExactIndex(SPACE)

    @pytest.fixture
    def filled(self, empty):
        journal = Journal()
        journal.add(range(1, COUNT + 1), draw(COUNT))
        empty.catch_up(journal.read)
        return empty, journal


def test_rows_replaced_again_and_again_do_not_fill_the_memory():
    index, journal = ExactIndex(SPACE), Journal()

    for turn in range(200):
        journal.add(range(1, 11), draw(10, seed=turn))
        index.catch_up(journal.read)

    assert len(index) == 10
    assert len(index._rows.view.vectors) <= 30


def test_no_snapshot_is_ever_needed():
    index = ExactIndex(SPACE)

    assert index.needs_snapshot() == ""
    assert index.compact() is False
