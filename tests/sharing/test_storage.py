"""What comes back from a storage is what was put there, or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.indexes.journal import SPACE
from tests.sharing.conftest import FILES
from visualsearch.exceptions import SnapshotDamaged
from visualsearch.indexes.faiss import FaissIndex
from visualsearch.indexes.headers import HEADER, check_in_full, digest_of, read_header
from visualsearch.sharing.storage import HEADER_BYTES_MOST, download, get_storage, is_shared, planned_names, upload

STORAGES = ["files", "pathless", "s3"]


@pytest.fixture
def folder(first: FaissIndex) -> Path:
    found = first.snapshot()
    assert found
    return found[1]


@pytest.fixture
def names(folder: Path) -> dict[str, str]:
    return upload(folder, get_storage(), planned_names(folder, "shop.product/test-8/token"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty"
    path.mkdir()
    return path


def fetched(names: dict[str, str], folder: Path, empty: Path) -> None:
    download(get_storage(), names, digest_of((folder / HEADER).read_bytes()), empty)


def put(name: str, content: bytes) -> str:
    storage = get_storage()
    storage.delete(name)
    return storage.save(name, ContentFile(content))


def content_of(name: str) -> bytes:
    with get_storage().open(name) as file:
        return bytes(file.read())


def sealed(files: dict[str, Any], **header: Any) -> bytes:
    """Return a header whose own digest fits."""
    text = json.dumps({"header": header, "files": files})
    return json.dumps({"sealed": text, "digest": digest_of(text.encode())}).encode()


@pytest.mark.parametrize("storage", STORAGES, indirect=True)
@pytest.mark.parametrize("kind", FILES, indirect=True)
def test_snapshot_comes_back_as_it_was(names: dict[str, str], folder: Path, empty: Path, kind: str) -> None:
    fetched(names, folder, empty)

    assert sorted(path.name for path in empty.iterdir()) == sorted([HEADER, *FILES[kind]])
    assert check_in_full(empty) == []
    assert read_header(empty, SPACE) == read_header(folder, SPACE)


def test_header_is_uploaded_last(folder: Path) -> None:
    assert list(planned_names(folder, "p"))[-1] == HEADER
    assert planned_names(folder, "p")["ids.i64"] == "p-ids.i64"


def test_names_that_the_storage_gave_count(folder: Path, empty: Path) -> None:
    wanted = planned_names(folder, "p")
    get_storage().save("p-ids.i64", ContentFile(b"of another"))

    names = upload(folder, get_storage(), wanted)

    assert names["ids.i64"] != wanted["ids.i64"]
    fetched(names, folder, empty)


@pytest.mark.parametrize("name", [*FILES["ivf"], HEADER])
@pytest.mark.parametrize("harm", ["cut", "flipped", "longer", "empty"])
def test_damage_anywhere_is_noticed(names: dict[str, str], folder: Path, empty: Path, name: str, harm: str) -> None:
    content = content_of(names[name])
    half = len(content) // 2
    flipped = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
    harmed = {"cut": content[:half], "flipped": flipped, "longer": content + b"x", "empty": b""}[harm]
    assert put(names[name], harmed) == names[name]

    with pytest.raises(SnapshotDamaged):
        fetched(names, folder, empty)


@pytest.mark.parametrize("storage", ["files", "s3"], indirect=True)
def test_file_that_is_gone_is_an_error_of_the_storage(names: dict[str, str], folder: Path, empty: Path) -> None:
    get_storage().delete(names["ids.i64"])

    with pytest.raises(FileNotFoundError):
        fetched(names, folder, empty)


def test_larger_file_than_was_uploaded_is_not_even_opened(
    names: dict[str, str], folder: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(names[HEADER], b"x" * (HEADER_BYTES_MOST + 1))
    monkeypatch.setattr(get_storage(), "open", lambda *_: pytest.fail("It was opened."))

    with pytest.raises(SnapshotDamaged, match="more than the 65536 bytes"):
        fetched(names, folder, empty)


def test_file_whose_size_was_told_wrong_is_not_read_for_ever(
    names: dict[str, str], folder: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(names["ids.i64"], content_of(names["ids.i64"]) * 2)
    monkeypatch.setattr(get_storage(), "size", lambda name: 0)

    with pytest.raises(SnapshotDamaged, match="grows while it is read"):
        fetched(names, folder, empty)


@pytest.mark.parametrize("name", ["../evil.i64", "/evil.i64", "a/b.i64", "..", ".hidden", "", "ids.i64\n", HEADER * 2])
def test_header_with_a_name_that_leads_elsewhere_is_refused(empty: Path, name: str) -> None:
    told = {"bytes": 4, "digest": digest_of(b"evil"), "edges": ""}
    header = sealed({name: told})
    names = {HEADER: put("p-header.json", header), name: put("p-evil", b"evil")}

    with pytest.raises(SnapshotDamaged, match="is no name of a file"):
        download(get_storage(), names, digest_of(header), empty)

    assert [path.name for path in empty.parent.rglob("*evil*")] == ["p-evil"]


def test_header_that_somebody_sealed_anew_is_not_the_one_of_the_row(
    names: dict[str, str], folder: Path, empty: Path
) -> None:
    content = content_of(names["ids.i64"])[::-1]
    manifest = json.loads(json.loads(content_of(names[HEADER]))["sealed"])
    manifest["files"]["ids.i64"] |= {"digest": digest_of(content)}
    put(names["ids.i64"], content)
    put(names[HEADER], sealed(manifest["files"], **manifest["header"]))

    with pytest.raises(SnapshotDamaged, match="is not what was uploaded"):
        fetched(names, folder, empty)


@pytest.mark.parametrize("header", [b"", b"{}", b"[]", b"\xff\xfe", b'{"sealed": 5, "digest": ""}', sealed({"a.b": 5})])
def test_what_is_no_header_is_refused(empty: Path, header: bytes) -> None:
    names = {HEADER: put("p-header.json", header)}

    with pytest.raises(SnapshotDamaged):
        download(get_storage(), names, digest_of(header), empty)


def test_header_of_other_files_than_the_row_names_is_refused(names: dict[str, str], folder: Path, empty: Path) -> None:
    names.pop("ids.i64")

    with pytest.raises(SnapshotDamaged, match="of other files"):
        fetched(names, folder, empty)


def test_nothing_is_shared_unless_the_shop_says_so(settings: Any) -> None:
    assert is_shared()

    settings.VISUALSEARCH = {}

    assert not is_shared()
