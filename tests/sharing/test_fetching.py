"""A host takes over what another has built, where it is newer and whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from django.core.files.base import ContentFile

from tests.indexes.journal import SPACE, Journal, draw
from tests.sharing.conftest import FILES
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.indexes.headers import HEADER
from visualsearch.models import SnapshotUpload
from visualsearch.sharing import fetch_newer, fetching, upload_newer
from visualsearch.sharing.storage import get_storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def upload(first: FaissIndex) -> SnapshotUpload:
    assert upload_newer(first)
    return SnapshotUpload.objects.get()


def spoil(name: str) -> None:
    """Turn one bit of a file in the storage."""
    with get_storage().open(name) as file:
        content = bytearray(file.read())
    content[len(content) // 2] ^= 1
    get_storage().delete(name)
    assert get_storage().save(name, ContentFile(bytes(content))) == name


def published(path: Path) -> list[str]:
    return sorted(path.name for path in path.glob("*/*/*") if path.name != "writer.lock")


@pytest.mark.parametrize("storage", ["files", "pathless", "s3"], indirect=True)
@pytest.mark.parametrize("kind", FILES, indirect=True)
def test_host_finds_everything_in_a_fetched_snapshot_and_reads_only_newer_rows(
    upload: SnapshotUpload, second: FaissIndex, journal: Journal, kind: str
) -> None:
    assert fetch_newer(second)
    journal.add([9000], draw(1, seed=4))
    journal.reads.clear()

    second.catch_up(journal.read)

    assert journal.reads == [upload.revision]
    assert (second.status().kind, len(second)) == (kind, len(journal.alive))
    for id, vector in list(journal.alive.items())[::50]:
        assert second.search(vector, 1).ids.tolist() == [id]
    assert second.problems() == []


def test_snapshot_that_is_here_already_or_newer_is_not_fetched(
    upload: SnapshotUpload, first: FaissIndex, second: FaissIndex, journal: Journal, tmp_path: Path
) -> None:
    assert fetching.find_newer(first) is None
    journal.add([9000], draw(1, seed=4))
    second.rebuild(journal.read)
    assert fetching.find_newer(second) is None
    assert not fetching.fetch(second, upload)

    assert published(tmp_path / "second") == ["000001"]


def test_running_index_goes_over_to_what_was_fetched(first: FaissIndex, second: FaissIndex, journal: Journal) -> None:
    second.catch_up(journal.read)
    journal.remove(1)
    first.rebuild(journal.read)
    upload_newer(first)
    second.catch_up(journal.read)
    assert second.status().details["new rows"] == 499

    assert fetch_newer(second)
    second.catch_up(journal.read)

    assert (second.status().details["new rows"], len(second)) == (0, 499)


@pytest.mark.parametrize("name", [*FILES["ivf"], HEADER])
def test_damaged_upload_is_left_aside_once_and_for_all_and_the_rows_answer(
    upload: SnapshotUpload,
    second: FaissIndex,
    journal: Journal,
    tmp_path: Path,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoil(upload.files[name])

    assert not fetch_newer(second)
    assert not fetch_newer(second)

    assert caplog.text.count("is left aside, and searching goes on without it") == 1
    assert published(tmp_path / "second") == []
    second.catch_up(journal.read)
    assert second.search(journal.alive[5], 1).ids.tolist() == [5]


def test_newer_upload_is_fetched_although_the_last_was_damaged(
    upload: SnapshotUpload, first: FaissIndex, second: FaissIndex, journal: Journal
) -> None:
    spoil(upload.files["ids.i64"])
    assert not fetch_newer(second)
    journal.add([9000], draw(1, seed=4))
    first.rebuild(journal.read)
    upload_newer(first)

    assert fetch_newer(second)


def test_host_that_builds_its_own_instead_of_a_damaged_one_shares_it(
    upload: SnapshotUpload, second: FaissIndex, journal: Journal
) -> None:
    spoil(upload.files["ids.i64"])
    assert not fetch_newer(second)
    journal.add([9000], draw(1, seed=4))
    second.rebuild(journal.read)

    assert upload_newer(second)


def test_upload_of_another_space_is_refused(
    upload: SnapshotUpload, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    SnapshotUpload.objects.update(fingerprint="other-8")
    other = FaissIndex(type(SPACE)(source=SPACE.source, fingerprint="other-8", dimensions=8), tmp_path / "second")

    assert not fetch_newer(other)

    assert "is of another index" in caplog.text
    assert published(tmp_path / "second") == []


def test_upload_that_is_not_whole_is_not_seen(upload: SnapshotUpload, second: FaissIndex) -> None:
    SnapshotUpload.objects.update(digest="")

    assert fetching.find_newer(second) is None


def test_storage_that_fails_is_asked_again(
    upload: SnapshotUpload, second: FaissIndex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(name: str) -> int:
        raise RuntimeError("The storage is away.")

    with monkeypatch.context() as patch:
        patch.setattr(get_storage(), "size", fail)
        assert not fetch_newer(second)
    assert "could not be fetched; it is tried again later: The storage is away." in caplog.text

    assert fetch_newer(second)


def test_full_disk_leaves_no_half_snapshot(
    upload: SnapshotUpload, second: FaissIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("visualsearch.sharing.storage.sync", fail)

    assert not fetch_newer(second)
    assert published(tmp_path / "second") == []


def test_host_without_faiss_does_not_take_over_lists(
    upload: SnapshotUpload, second: FaissIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visualsearch.indexes.building.find_spec", lambda name: None)

    assert not fetch_newer(second)
    assert published(tmp_path / "second") == []


def test_of_several_processes_that_fetch_one_does_and_the_others_wait_for_it(
    upload: SnapshotUpload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes, size = [FaissIndex(SPACE, tmp_path / "second") for _ in range(3)], get_storage().size

    def slowly(name: str) -> int:
        sleep(0.1)
        return size(name)

    def fetch(index: FaissIndex) -> tuple[bool, bool]:
        return fetching.fetch(index, upload, wait=20), index.snapshot() is not None

    monkeypatch.setattr(get_storage(), "size", slowly)
    with ThreadPoolExecutor(3) as pool:
        done = sorted(pool.map(fetch, processes))

    assert done == [(False, True), (False, True), (True, True)]
    assert published(tmp_path / "second") == ["000001"]


def test_who_does_not_wait_fetches_nothing_while_another_writes(
    upload: SnapshotUpload, second: FaissIndex, tmp_path: Path
) -> None:
    with second._shelf.locked():
        assert not fetch_newer(second)
    assert fetch_newer(second)


def test_index_that_keeps_no_snapshots_adopts_none(upload: SnapshotUpload) -> None:
    from visualsearch.indexes.exact import ExactIndex

    assert not fetch_newer(ExactIndex(SPACE))


def test_error_of_an_upload_that_cannot_be_opened_here_is_told(
    upload: SnapshotUpload, second: FaissIndex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> None:
        raise IndexUnavailable("It has format 2; this version reads 1.")

    monkeypatch.setattr("visualsearch.indexes.faiss.open_snapshot", fail)

    assert not fetch_newer(second)
    assert "format 2" in caplog.text
