from __future__ import annotations

import errno
import json
import logging
import shutil

import pytest

from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.indexes import Space
from visualsearch.indexes.faiss import FaissIndex


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300, "COMPACT_FROM": 100}


@pytest.fixture(params=[200, 500], ids=["exact", "ivf"])
def journal(request):
    journal = Journal()
    journal.add(range(1, request.param + 1), draw(request.param))
    return journal


@pytest.fixture
def folder(journal, tmp_path):
    """The newest of two snapshots, the older of which lacks one row."""
    FaissIndex(SPACE).rebuild(journal.read)
    journal.add([9000], draw(1, seed=4))
    FaissIndex(SPACE).rebuild(journal.read)
    return tmp_path / "shop.product" / "test-8" / "000002"


def opened(journal):
    index = FaissIndex(SPACE)
    index.catch_up(journal.read)
    return index


def assert_it_finds_everything(index, journal):
    assert len(index) == len(journal.alive)
    for id in (1, 77, 200, 9000):
        assert index.search(journal.alive[id], 1).ids.tolist() == [id]


def test_snapshot_is_opened_without_reading_the_rows_again(journal, folder):
    journal.reads.clear()

    index = opened(journal)

    assert journal.reads == [index.revision]
    assert index.status().details["snapshot"] == 2
    assert_it_finds_everything(index, journal)


def _torn_header(folder):
    (folder / "header.json").write_text((folder / "header.json").read_text()[:100])


def _changed_header(folder):
    header = json.loads((folder / "header.json").read_text())
    header["sealed"] = header["sealed"].replace('"revision": ', '"revision": 9')
    (folder / "header.json").write_text(json.dumps(header))


def _no_header(folder):
    (folder / "header.json").unlink()


def _header_of_another_shape(folder):
    (folder / "header.json").write_text("[1, 2]")


def _largest(folder):
    return max(folder.iterdir(), key=lambda path: path.stat().st_size)


def _truncated(folder):
    path = _largest(folder)
    path.write_bytes(path.read_bytes()[:-10])


def _overwritten_end(folder):
    path = _largest(folder)
    path.write_bytes(path.read_bytes()[:-10] + b"0123456789")


def _overwritten_start(folder):
    path = _largest(folder)
    path.write_bytes(b"0123456789" + path.read_bytes()[10:])


def _missing_file(folder):
    (folder / "ids.i64").unlink()


def _empty_folder(folder):
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        _torn_header,
        _changed_header,
        _no_header,
        _header_of_another_shape,
        _truncated,
        _overwritten_end,
        _overwritten_start,
        _missing_file,
        _empty_folder,
    ],
)
def test_damaged_snapshot_is_set_aside_and_the_older_one_serves(journal, folder, caplog, damage):
    damage(folder)

    index = opened(journal)

    assert_it_finds_everything(index, journal)
    assert index.status().details["snapshot"] == 1
    assert not folder.exists()
    assert (folder.parent / "000002.damaged").exists()
    assert [record.levelno for record in caplog.records if record.levelno > logging.INFO] == [logging.WARNING]


def test_snapshot_of_another_index_is_set_aside(journal, folder):
    other = Space(source="shop.product", fingerprint="other", dimensions=8)
    FaissIndex(other).rebuild(Journal().read)
    shutil.copytree(folder.parent.parent / "other" / "000001", folder.parent / "000003")

    index = opened(journal)

    assert index.status().details["snapshot"] == 2
    assert (folder.parent / "000003.damaged").exists()


def test_all_snapshots_damaged_leaves_the_rows_of_the_journal(journal, folder):
    _truncated(folder)
    _no_header(folder.parent / "000001")

    index = opened(journal)

    assert "snapshot" not in index.status().details
    assert_it_finds_everything(index, journal)
    assert index.rebuild(journal.read)
    assert index.status().details["snapshot"] == 3


def test_snapshot_that_a_later_version_wrote_is_left_where_it_is(journal, folder, monkeypatch):
    monkeypatch.setattr("visualsearch.indexes.headers._FORMAT", 2)

    index = opened(journal)

    assert folder.exists()
    assert "snapshot" not in index.status().details
    assert_it_finds_everything(index, journal)


def test_damage_in_the_middle_of_a_large_file_is_found_by_reading_it_in_full(folder, journal):
    index = opened(journal)
    assert index.problems() == []
    path = folder / "ids.i64"
    content = bytearray(path.read_bytes())
    content[800] ^= 1
    path.write_bytes(content)

    assert index.problems() == [f"{path} is not what was written."]


def test_disk_that_is_full_publishes_nothing_and_leaves_nothing(journal, folder, monkeypatch):
    index = opened(journal)

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("visualsearch.indexes.headers.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        index.rebuild(journal.read)

    assert sorted(path.name for path in folder.parent.iterdir()) == ["000001", "000002", "writer.lock"]
    assert_it_finds_everything(index, journal)


def test_only_the_newest_two_stay_and_open_ones_still_serve(journal, folder):
    first = opened(journal)

    for _ in range(3):
        FaissIndex(SPACE).rebuild(journal.read)

    assert sorted(path.name for path in folder.parent.iterdir()) == ["000004", "000005", "writer.lock"]
    assert_it_finds_everything(first, journal)
    first.catch_up(journal.read)
    assert first.status().details["snapshot"] == 5


def test_reader_that_is_ahead_of_a_new_snapshot_takes_it_and_keeps_its_newer_rows(journal, folder):
    reader, writer = opened(journal), opened(journal)
    journal.add([9001], draw(1, seed=5))
    journal.remove(3)
    reader.catch_up(journal.read)

    assert writer.compact()
    reader.catch_up(journal.read)

    assert reader.status().details["snapshot"] == 3
    assert reader.search(journal.alive[9001], 1).ids.tolist() == [9001]
    assert 3 not in reader.search(journal.alive[1], 1000).ids


def test_older_state_is_not_published_over_a_newer_snapshot(journal, folder):
    late = opened(journal)
    FaissIndex(SPACE).rebuild(journal.read)

    assert late.compact() is False


def test_snapshots_that_are_counted_anew_are_noticed(journal, folder):
    index = opened(journal)
    shutil.rmtree(folder.parent.parent)
    FaissIndex(SPACE).rebuild(journal.read)

    index.catch_up(journal.read)

    assert index.status().details["snapshot"] == 1


def test_directory_that_was_deleted_is_filled_anew(journal, folder):
    index = opened(journal)
    shutil.rmtree(folder.parent.parent)

    index.catch_up(journal.read)

    assert_it_finds_everything(index, journal)
    assert index.needs_snapshot() == "The files of the snapshot are gone."
    assert index.compact()
    assert_it_finds_everything(opened(journal), journal)


def test_names_that_no_folder_can_have_are_made_safe(tmp_path, journal):
    for source in ("../../etc", "a/b", "a_b", ".."):
        FaissIndex(Space(source=source, fingerprint="x:y/z", dimensions=8)).rebuild(journal.read)

    folders = [path.name for path in tmp_path.iterdir()]
    assert len(folders) == 4
    assert not any("/" in name or name.startswith(".") for name in folders)
