"""What a host has built is uploaded once, seen when it is whole, and deleted when it is replaced."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.models import SnapshotUpload
from visualsearch.sharing import (
    forget_uploads,
    is_ahead,
    remove_old_uploads,
    storage,
    upload_newer,
)
from visualsearch.sharing.uploading import GRACE, LONGEST

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "storage" / "shop.product" / "test-8"


def files(folder: Path) -> int:
    return len(list(folder.glob("*")))


def grow(index: FaissIndex, journal: Journal, id: int) -> None:
    journal.add([id], draw(1, seed=id))
    index.rebuild(journal.read)


def pass_time(time: timedelta) -> None:
    for upload in SnapshotUpload.objects.all():
        upload.at -= time
        upload.save()


def test_snapshot_is_uploaded_once(first: FaissIndex, folder: Path) -> None:
    assert is_ahead(first)

    assert upload_newer(first)

    assert not is_ahead(first)
    assert not upload_newer(first)
    upload = SnapshotUpload.objects.get()
    assert (upload.revision, len(upload.digest), files(folder)) == (500, 32, 4)


def test_nothing_is_uploaded_without_a_snapshot(second: FaissIndex) -> None:
    assert not is_ahead(second)
    assert not upload_newer(second)


def test_older_snapshot_than_the_storage_has_is_not_uploaded(
    first: FaissIndex, second: FaissIndex, journal: Journal
) -> None:
    grow(second, journal, 9000)
    assert upload_newer(second)

    assert not upload_newer(first)


def test_nothing_is_uploaded_or_deleted_unless_hosts_share(first: FaissIndex, settings: Any) -> None:
    upload_newer(first)
    settings.VISUALSEARCH = {}

    assert not is_ahead(first)
    assert not upload_newer(first)
    remove_old_uploads()
    forget_uploads(SPACE.fingerprint)

    assert SnapshotUpload.objects.count() == 1


def test_others_see_an_upload_only_when_it_is_whole(
    first: FaissIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, save = [], storage.get_storage().save

    def look(name: str, content: Any) -> str:
        seen.append(SnapshotUpload.objects.newest(SPACE))
        return str(save(name, content))

    monkeypatch.setattr(storage.get_storage(), "save", look)
    upload_newer(first)

    assert seen == [None] * 4
    assert SnapshotUpload.objects.newest(SPACE) is not None


def test_upload_that_fails_leaves_nothing_and_is_tried_again(
    first: FaissIndex, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save = storage.get_storage().save

    def fail(name: str, content: Any) -> str:
        if name.endswith("positions.i64"):
            raise RuntimeError("The storage is full.")
        return str(save(name, content))

    with monkeypatch.context() as patch:
        patch.setattr(storage.get_storage(), "save", fail)
        assert not upload_newer(first)

    assert "could not be uploaded; it is tried again later: The storage is full." in caplog.text
    assert (files(folder), SnapshotUpload.objects.count()) == (0, 0)
    assert upload_newer(first)


def test_upload_that_took_so_long_that_it_was_given_up_stays_unseen(
    first: FaissIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = storage.upload

    def slowly(*arguments: Any) -> dict[str, str]:
        names = upload(*arguments)
        SnapshotUpload.objects.all().delete()
        return names

    monkeypatch.setattr(storage, "upload", slowly)

    assert not upload_newer(first)
    assert (files(folder), SnapshotUpload.objects.count()) == (0, 0)


def test_replaced_upload_is_deleted_when_the_newer_one_has_been_there_for_a_while(
    first: FaissIndex, journal: Journal, folder: Path
) -> None:
    upload_newer(first)
    pass_time(10 * GRACE)
    grow(first, journal, 9000)
    upload_newer(first)

    remove_old_uploads()
    assert files(folder) == 8

    pass_time(GRACE + timedelta(seconds=1))
    remove_old_uploads()
    remove_old_uploads()

    assert [upload.revision for upload in SnapshotUpload.objects.all()] == [501]
    assert files(folder) == 4


def test_newest_upload_of_each_space_stays_however_old(first: FaissIndex, folder: Path) -> None:
    upload_newer(first)
    old = SnapshotUpload.objects.get()
    SnapshotUpload.objects.create(
        source=old.source, fingerprint="other-8", revision=900, written=old.written, files={}, digest="x", at=old.at
    )
    pass_time(timedelta(days=100))

    remove_old_uploads()

    assert SnapshotUpload.objects.count() == 2
    assert files(folder) == 4


def test_what_a_host_left_that_died_while_it_uploaded_is_deleted_in_the_end(
    first: FaissIndex, journal: Journal, folder: Path
) -> None:
    upload_newer(first)
    SnapshotUpload.objects.update(digest="")
    pass_time(LONGEST - timedelta(seconds=9))
    remove_old_uploads()
    assert files(folder) == 4

    pass_time(timedelta(seconds=10))
    remove_old_uploads()

    assert (files(folder), SnapshotUpload.objects.count()) == (0, 0)


def test_storage_that_cannot_delete_is_asked_again(
    first: FaissIndex, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(name: str) -> None:
        raise RuntimeError("The storage is away.")

    upload_newer(first)
    with monkeypatch.context() as patch:
        patch.setattr(storage.get_storage(), "delete", fail)
        forget_uploads(SPACE.fingerprint)
    assert "tried again later: The storage is away." in caplog.text
    assert SnapshotUpload.objects.count() == 1

    forget_uploads(SPACE.fingerprint)

    assert (files(folder), SnapshotUpload.objects.count()) == (0, 0)


def test_no_task_that_uploads_may_run_longer_than_is_waited_for() -> None:
    from visualsearch.tasks import compact, rebuild, sync, verify

    assert all(task.time_limit < LONGEST.total_seconds() for task in (compact, rebuild, sync, verify))
