"""A process reads as little of the journal as can be, and no search of a shopper waits for a storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import pytest

from tests.indexes.journal import SPACE
from tests.processes import wait_until
from tests.sharing.rows import add_rows, remove_rows
from visualsearch.indexes import Changes, Index
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.models import SnapshotUpload, journal, read_changes
from visualsearch.sharing import refresh, refreshing, storage, upload_newer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first(tmp_path: Path) -> FaissIndex:
    """Return the index of a host that has shared a snapshot of 200 rows."""
    add_rows(200)
    index = FaissIndex(SPACE, tmp_path / "first")
    index.rebuild(read_changes(SPACE))
    assert upload_newer(index)
    return index


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many rows each page had that was read from the journal since."""
    read: list[int] = []
    as_changes = journal._as_changes

    def note(rows: list[Any], *arguments: Any) -> Changes:
        read.append(len(rows))
        return as_changes(rows, *arguments)

    monkeypatch.setattr(journal, "_as_changes", note)
    return read


@pytest.fixture
def due(settings: Any) -> None:
    """Let every search be the one that looks for a newer snapshot."""
    settings.VISUALSEARCH |= {"COMPACT_SECONDS": 1e-9}


class SlowStorage:
    """A storage that answers when it is told to."""

    def __init__(self) -> None:
        self.answers = Event()
        self.answers.set()
        self.asked_by: set[int] = set()
        self._size = storage.get_storage().size

    def size(self, name: str) -> int:
        self.asked_by.add(get_ident())
        self.answers.wait(20)
        return self._size(name)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowStorage]:
    """Return the storage, which answers at once until it is told otherwise."""
    slow = SlowStorage()
    monkeypatch.setattr(storage.get_storage(), "size", slow.size)
    yield slow
    slow.answers.set()


def snapshot_of(index: Index) -> Any:
    return index.status().details.get("snapshot rows")


def test_process_that_starts_fetches_a_snapshot_and_reads_only_newer_rows(second: FaissIndex, pages: list[int]) -> None:
    add_rows(7, seed=1)
    remove_rows(2)

    refresh(second)

    assert (len(second), sum(pages), snapshot_of(second)) == (205, 9, 200)


def test_process_that_starts_with_nearly_all_of_it_reads_the_rest_itself(
    first: FaissIndex, tmp_path: Path, pages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rows(99, seed=1)
    first.rebuild(read_changes(SPACE))
    second = FaissIndex(SPACE, tmp_path / "second")
    refresh(second)
    upload_newer(first)
    pages.clear()
    again = FaissIndex(SPACE, tmp_path / "second")
    monkeypatch.setattr(storage.get_storage(), "size", lambda name: pytest.fail("It was fetched."))

    refresh(again)

    assert (len(again), sum(pages), snapshot_of(again)) == (299, 99, 200)


def test_storage_that_is_away_makes_a_process_read_the_journal(
    second: FaissIndex, pages: list[int], tmp_path: Path
) -> None:
    (tmp_path / "storage").rename(tmp_path / "away")

    refresh(second)

    assert (len(second), sum(pages)) == (200, 200)


def test_process_that_lags_behind_fetches_aside_while_searches_go_on(
    first: FaissIndex, second: FaissIndex, due: None, slow: SlowStorage
) -> None:
    refresh(second)
    slow.answers.clear()
    slow.asked_by.clear()
    add_rows(150, seed=1)
    first.rebuild(read_changes(SPACE))
    upload_newer(first)

    for _ in range(2):
        refresh(second)
        assert (len(second), snapshot_of(second)) == (350, 200)
    slow.answers.set()

    wait_until(lambda: refresh(second) or snapshot_of(second) == 350, 20, "the snapshot is in use")
    assert len(second) == 350
    assert get_ident() not in slow.asked_by


def test_process_that_does_not_lag_behind_looks_for_nothing(
    first: FaissIndex, second: FaissIndex, due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(second)
    add_rows(50, seed=1)
    first.rebuild(read_changes(SPACE))
    upload_newer(first)
    monkeypatch.setattr(refreshing, "find_newer", lambda index: pytest.fail("It looked."))

    refresh(second)

    assert (len(second), snapshot_of(second)) == (250, 200)


def test_process_looks_for_a_newer_snapshot_no_more_often_than_a_worker(
    second: FaissIndex, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH |= {"COMPACT_SECONDS": 3600.0}
    refresh(second)
    add_rows(150, seed=1)
    monkeypatch.setattr(refreshing, "find_newer", lambda index: pytest.fail("It looked."))

    refresh(second)

    assert len(second) == 350


def test_index_without_snapshots_is_brought_up_from_the_rows() -> None:
    index = ExactIndex(SPACE)

    refresh(index)

    assert len(index) == 200


def test_hosts_that_share_nothing_ask_for_nothing(
    second: FaissIndex, settings: Any, due: None, django_assert_num_queries: Any
) -> None:
    settings.VISUALSEARCH = {"COMPACT_FROM": 100}

    # The head of the journal, and its one page.
    with django_assert_num_queries(2):
        refresh(second)

    assert SnapshotUpload.objects.count() == 1
    assert len(second) == 200
