"""Two that publish at once: the engine has no transactions, so they watch each other."""

from __future__ import annotations

import numpy as np
import pytest

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import block_digests
from visualsearch.indexes.milvus import publishing
from visualsearch.indexes.milvus.publishing import Publisher


@pytest.fixture
def collection(open_index):
    index, journal = open_index(SPACE), Journal()
    journal.add(range(1, 11), draw(10))
    index.catch_up(journal.read)
    return index._engine.answering(), journal, index


def digests_of(journal):
    return block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))


def test_older_row_written_after_a_newer_one_is_read_and_written_again(collection, monkeypatch):
    collection, journal, index = collection
    older, newer = draw(2, seed=7)
    journal.add([3], older[None])
    slow, quick, apply = Publisher(collection, ""), Publisher(collection, ""), Publisher.apply

    def overtaken(self, changes, cursor):
        if self is slow and not (journal.alive[3] == newer).all():
            journal.add([3], newer[None])
            quick.catch_up(journal.read)
        apply(self, changes, cursor)

    monkeypatch.setattr(Publisher, "apply", overtaken)

    slow.catch_up(journal.read)

    assert index.digests() == digests_of(journal)
    assert index.revision == journal.revision


def test_publishers_that_never_let_each_other_finish_give_up(collection, monkeypatch):
    collection, journal, _ = collection
    journal.add([3], draw(1, seed=7))
    first, second, apply = Publisher(collection, ""), Publisher(collection, ""), Publisher.apply
    monkeypatch.setattr(publishing, "sleep", lambda seconds: None)

    def disturbed(self, changes, cursor):
        apply(self, changes, cursor)
        second._mark(second.cursor())

    monkeypatch.setattr(Publisher, "apply", disturbed)

    with pytest.raises(IndexUnavailable, match="Another process publishes"):
        first.catch_up(journal.read)


def test_page_without_rows_moves_the_cursor_alone(collection):
    collection, journal, index = collection
    before = index._cursor(5.0)
    journal.remove(12_345)
    removed = next(journal.read(10))
    empty = type(removed)(revision=11, ids=removed.ids, vectors=removed.vectors, removed=numbers())

    index.catch_up(lambda past: iter([empty]))

    after = index._cursor(5.0)
    assert (after.revision, after.publisher) == (11, before.publisher)
