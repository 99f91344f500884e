"""The folder of one space: numbered snapshots, one writer at a time, the newest that is whole first."""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from logging import getLogger
from pathlib import Path
from time import monotonic, sleep
from typing import IO
from uuid import uuid4

from visualsearch.indexes.base import Space
from visualsearch.indexes.headers import sync

logger = getLogger(__name__)

_KEPT = 2
_PAUSE = 0.1
_WRITING = ".writing-"
_REMOVED = ".removed-"
_DAMAGED = ".damaged"


def folder_name(text: str) -> str:
    """Return a name that any file system takes; different texts get different names."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", text).lstrip(".")[:80]
    return safe if safe == text else f"{safe}-{blake2b(text.encode(), digest_size=4).hexdigest()}"


class Shelf:
    """Where the snapshots of one space lie."""

    def __init__(self, directory: Path, space: Space) -> None:
        self.path = directory.absolute() / folder_name(space.source) / folder_name(space.fingerprint)

    def newest(self) -> int:
        """Return the highest published number, 0 when there is none."""
        return max(self.numbers(), default=0)

    def numbers(self) -> list[int]:
        """Return the published numbers, newest first."""
        return sorted((int(name) for name in self._names() if name.isdecimal()), reverse=True)

    def folder(self, number: int) -> Path:
        """Return where the snapshot of this number lies."""
        return self.path / f"{number:06}"

    def size(self, number: int) -> int:
        """Return the bytes that a snapshot takes on the disk, 0 when it was removed meanwhile."""
        try:
            return sum(file.stat().st_size for file in self.folder(number).iterdir())
        except FileNotFoundError:
            return 0

    def set_aside(self, number: int, reason: Exception) -> None:
        """Rename a damaged snapshot so that nobody opens it again."""
        try:
            self.folder(number).rename(self.path / f"{number:06}{_DAMAGED}")
        except FileNotFoundError:
            # It is no damage that a writer removed an old one meanwhile.
            return
        except OSError as error:
            logger.warning("The snapshot %s could not be set aside: %s", self.folder(number), error)
        logger.warning("The snapshot is set aside and searching goes on without it: %s", reason)

    def is_set_aside(self, number: int) -> bool:
        """Tell whether somebody found this snapshot damaged; who has it open must no longer trust it."""
        return (self.path / f"{number:06}{_DAMAGED}").exists()

    @contextmanager
    def locked(self, wait: float = 0.0) -> Iterator[bool]:
        """Hold the writer's place until the block ends or the process dies.

        False when another writer holds it for longer than `wait` seconds.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "writer.lock").open("w") as file:
            ours = _lock(file, wait)
            if ours:
                self._remove_leftovers()
            yield ours

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Give a folder to write into; it is published when the block ends, and gone when the block fails."""
        aside = self.path / f"{_WRITING}{uuid4().hex}"
        aside.mkdir()
        try:
            yield aside
            aside.rename(self.folder(self._last_used() + 1))
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sync(self.path)
        self._remove_old()

    def clear(self) -> None:
        """Remove every snapshot; whoever has one open keeps its mapped files. Only for the writer."""
        for number in self.numbers():
            self._remove(self.folder(number))

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self.path.iterdir()]
        except FileNotFoundError:
            return []

    def _last_used(self) -> int:
        """A damaged snapshot's number is not given again: readers would not notice the new one."""
        return max((_number(name) for name in self._names()), default=0)

    def _remove_leftovers(self) -> None:
        for name in self._names():
            if name.startswith((_WRITING, _REMOVED)):
                shutil.rmtree(self.path / name, ignore_errors=True)

    def _remove_old(self) -> None:
        """Remove all but the newest two; whoever has one open keeps its mapped files."""
        oldest_kept = (self.numbers()[:_KEPT] or [0])[-1]
        for name in self._names():
            if 0 < _number(name) < oldest_kept:
                self._remove(self.path / name)

    def _remove(self, folder: Path) -> None:
        # Renamed first: a reader must find all of its files or none.
        gone = self.path / f"{_REMOVED}{uuid4().hex}"
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _lock(file: IO[str], wait: float) -> bool:
    end = monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if monotonic() >= end:
                return False
        sleep(_PAUSE)


def _number(name: str) -> int:
    digits = name.removesuffix(_DAMAGED)
    return int(digits) if digits.isdecimal() else 0
