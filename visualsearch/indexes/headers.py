"""The header that seals a snapshot: what it holds, and what its files must be."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from visualsearch.exceptions import IndexUnavailable, SnapshotDamaged
from visualsearch.indexes.base import Space, Stamp

_FORMAT = 1
HEADER = "header.json"
"""The file that is written last, and says what all others must be."""

_EDGE = 64 * 1024
# No folder, no hidden file.
_PLAIN = re.compile(r"[a-z0-9]+\.[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the files of a snapshot are."""

    source: str
    fingerprint: str
    dimensions: int
    revision: int
    """The journal's revision up to which every row is in here."""
    count: int
    kind: str
    """`exact` or `ivf`."""
    created: str
    """When it was written, ISO 8601 in UTC."""
    lists: int = 0
    probes: int = 0
    """Lists a search looks into at first."""
    recall: float = 1.0
    """Share of the exact ten nearest found with so many probes, measured at the build."""
    imbalance: float = 1.0
    """How unequal the lists are: 1 when all are alike."""
    trained_on: int = 0
    """Vectors there were when the lists were trained."""
    trained_probes: int = 0
    trained_imbalance: float = 1.0
    rows_at: int = 0
    """Byte of the first vector in the file of lists."""
    head: str = ""
    """Digest of that file up to there: what FAISS reads when it opens the file."""
    format: int = _FORMAT

    @property
    def stamp(self) -> Stamp:
        """Tell which of two snapshots is the newer one."""
        return self.revision, self.created


def seal(folder: Path, header: Header) -> None:
    """Write the header with the size and digests of every file, and bring all of it to the disk."""
    files = {path.name: _fingerprint_of(path) for path in sorted(folder.iterdir())}
    text = json.dumps({"header": asdict(header), "files": files}, sort_keys=True)
    with (folder / HEADER).open("w") as file:
        json.dump({"sealed": text, "digest": digest_of(text.encode())}, file)
    for path in folder.iterdir():
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Bring a file or a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_header(folder: Path, space: Space) -> Header:
    """Return the header after the checks that take no time, however large the files: sizes, their edges, the space.

    Raises SnapshotDamaged, or IndexUnavailable for a format that another version of this package wrote. Other errors
    of the system, such as too many open files, say nothing about the snapshot and pass through.
    """
    try:
        values, files = _unseal((folder / HEADER).read_text())
        if values["format"] != _FORMAT:
            raise IndexUnavailable(f"{folder} has format {values['format']}; this version reads {_FORMAT}.")
        header = Header(**values)
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise SnapshotDamaged(f"{folder} has no readable header: {error}.") from error
    if (header.source, header.fingerprint, header.dimensions) != (space.source, space.fingerprint, space.dimensions):
        raise SnapshotDamaged(f"{folder} is of another index: {header.source} {header.fingerprint}.")
    for name, told in files.items():
        _check_edges(folder / name, told)
    return header


def check_in_full(folder: Path) -> list[str]:
    """Read every byte and return what differs from the header, one sentence a file."""
    try:
        _, files = _unseal((folder / HEADER).read_text())
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{folder} has no readable header: {error}."]
    return [
        f"{folder / name} is not what was written." for name, told in files.items() if not _same(folder / name, told)
    ]


def read_manifest(header: bytes) -> dict[str, tuple[int, str]]:
    """Return bytes and digest of every other file by its name; raises SnapshotDamaged for what is no header."""
    try:
        _, files = _unseal(header.decode())
        return {name: (int(told["bytes"]), str(told["digest"])) for name, told in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotDamaged(f"This is no readable header: {error}.") from error


def _unseal(text: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    outer = json.loads(text)
    if digest_of(outer["sealed"].encode()) != outer["digest"]:
        raise ValueError("its digest does not fit")
    sealed = json.loads(outer["sealed"])
    for name in sealed["files"]:
        if not _PLAIN.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a file of a snapshot")
    return sealed["header"], sealed["files"]


def _same(path: Path, told: dict[str, Any]) -> bool:
    try:
        return _fingerprint_of(path) == told
    except OSError:
        return False


def _check_edges(path: Path, told: dict[str, Any]) -> None:
    try:
        fits = path.stat().st_size == told["bytes"] and _digest_of_edges(path) == told["edges"]
    except FileNotFoundError as error:
        raise SnapshotDamaged(f"{path} is missing.") from error
    if not fits:
        raise SnapshotDamaged(f"{path} is not what was written.")


def _fingerprint_of(path: Path) -> dict[str, Any]:
    whole = begin_digest()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            whole.update(chunk)
    return {"bytes": path.stat().st_size, "digest": whole.hexdigest(), "edges": _digest_of_edges(path)}


def _digest_of_edges(path: Path) -> str:
    with path.open("rb") as file:
        first = file.read(_EDGE)
        file.seek(max(0, path.stat().st_size - _EDGE))
        return digest_of(first + file.read(_EDGE))


def digest_of(data: bytes) -> str:
    """Return the digest that a header keeps of such bytes."""
    whole = begin_digest()
    whole.update(data)
    return whole.hexdigest()


def begin_digest() -> blake2b:
    """Return such a digest of nothing yet, for a file that is read in pieces."""
    return blake2b(digest_size=16)
