"""The files of a snapshot, from a folder of this host to a storage and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import Storage, storages

from visualsearch.conf import get_settings
from visualsearch.exceptions import SnapshotDamaged
from visualsearch.indexes.headers import HEADER, begin_digest, digest_of, read_manifest, sync

HEADER_BYTES_MOST = 64 * 1024

_CHUNK = 1 << 20


def is_shared() -> bool:
    """Tell whether the shop has chosen to share snapshots."""
    return bool(get_settings().snapshot_storage)


def get_storage() -> Storage:
    """Return where snapshots are shared; raises InvalidStorageError for an alias that is not there."""
    return storages[get_settings().snapshot_storage or ""]


def planned_names(folder: Path, prefix: str) -> dict[str, str]:
    """Return the names in the storage to ask for, by the names of the files; the header comes last."""
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: (name == HEADER, name))
    return {name: f"{prefix}-{name}" for name in names}


def upload(folder: Path, storage: Storage, names: dict[str, str]) -> dict[str, str]:
    """Copy the files into the storage, and return the names that it gave them."""
    given = {}
    for name, wanted in names.items():
        with (folder / name).open("rb") as file:
            given[name] = storage.save(wanted, File(file))
    return given


def download(storage: Storage, names: dict[str, str], digest: str, folder: Path) -> None:
    """Copy the files of the snapshot whose header has this digest into an empty folder, and bring them to the disk.

    Raises SnapshotDamaged where one is not what was uploaded, and what the storage raises.
    """
    header = b"".join(_read(storage, names.get(HEADER, ""), HEADER_BYTES_MOST))
    if digest_of(header) != digest:
        raise SnapshotDamaged(f"{names.get(HEADER)} is not what was uploaded.")
    (folder / HEADER).write_bytes(header)
    manifest = read_manifest(header)
    if manifest.keys() | {HEADER} != names.keys():
        raise SnapshotDamaged(f"{names[HEADER]} is of other files: {', '.join(sorted(manifest))}.")
    for name, (size, told) in manifest.items():
        _copy(storage, names[name], folder / name, size, told)
    for path in (*folder.iterdir(), folder):
        sync(path)


def _copy(storage: Storage, name: str, path: Path, size: int, told: str) -> None:
    whole = begin_digest()
    with path.open("xb") as file:
        for chunk in _read(storage, name, size):
            whole.update(chunk)
            file.write(chunk)
        if file.tell() != size or whole.hexdigest() != told:
            raise SnapshotDamaged(f"{name} is not what was uploaded.")


def _read(storage: Storage, name: str, most: int) -> Iterator[bytes]:
    """Yield a file in pieces; raises SnapshotDamaged for one that is larger, before it is read where its size is known.

    Storages that keep a whole file in memory while it is open must not be made to take in one without an end.
    """
    if storage.size(name) > most:
        raise SnapshotDamaged(f"{name} has more than the {most} bytes that were uploaded.")
    with storage.open(name, "rb") as file:
        while chunk := file.read(min(_CHUNK, most + 1)):
            most -= len(chunk)
            if most < 0:
                raise SnapshotDamaged(f"{name} grows while it is read.")
            yield chunk
