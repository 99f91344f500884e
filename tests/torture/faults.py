"""What goes wrong: processes that die at a chosen step, disks that are full, files that are damaged."""

from __future__ import annotations

import errno
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from visualsearch.sync import objects, pictures


class Killed(BaseException):
    """The process ends here; no code that catches errors may live on."""


class Steps:
    """The steps of a worker, at each of which something can be made to happen, once."""

    OUTSIDE = ("leased", "read", "embedded", "looked at", "committed")
    """Steps between which no transaction is open, so that other processes can do anything."""
    ALL = (*OUTSIDE, "written")

    def __init__(self) -> None:
        self._armed: dict[str, Callable[[], object]] = {}

    def arm(self, step: str, action: Callable[[], object]) -> None:
        """Let this happen when a worker has done this step next."""
        self._armed[step] = action

    def disarm(self) -> None:
        """Let nothing happen."""
        self._armed.clear()

    def reached(self, step: str) -> None:
        """Let happen what was armed; it finds nothing armed itself."""
        if action := self._armed.pop(step, None):
            action()

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Listen at the worker's steps."""
        self._listen(patch, objects, "lease_work", after="leased")
        self._listen(patch, pictures, "_embed", before="read", after="embedded")
        self._listen(patch, objects, "_write", before="looked at", after="committed")
        # The last thing that is done inside the transaction.
        self._listen(patch, objects, "give_back", after="written")

    def _listen(self, patch: pytest.MonkeyPatch, module: Any, name: str, *, before: str = "", after: str = "") -> None:
        function = getattr(module, name)

        def listening(*args: Any, **kwargs: Any) -> Any:
            self.reached(before)
            result = function(*args, **kwargs)
            self.reached(after)
            return result

        patch.setattr(module, name, listening)


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let every write fail that would make a file larger than `room` bytes, also those of FAISS."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with _silence():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def _silence() -> Iterator[None]:
    """Let nothing reach the terminal, to which FAISS writes past Python."""
    terminal, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nothing)


@contextmanager
def failing_sync(after: int, error: BaseException) -> Iterator[None]:
    """Let the disk take so many files and then fail; where the process is killed nobody cleans up after it."""
    with pytest.MonkeyPatch.context() as patch:
        fsync, left = os.fsync, [after]

        def failing(handle: int) -> None:
            left[0] -= 1
            if left[0] < 0:
                if isinstance(error, Killed):
                    patch.setattr(shutil, "rmtree", lambda *args, **kwargs: None)
                raise error
            fsync(handle)

        patch.setattr(os, "fsync", failing)
        yield


def no_space() -> OSError:
    """Return what a write to a full disk raises."""
    return OSError(errno.ENOSPC, "No space left on device")


DAMAGES = ("flip under readers", "flip", "cut", "empty", "lose", "garble header", "lose folder", "lose everything")


def damage(directory: Path, kind: str, which: int, share: float) -> bool:
    """Damage one of the published snapshots, at this share of one of its files; False when there is none."""
    folders = sorted(path.parent for path in directory.glob("*/*/*/header.json") if path.parent.name.isdecimal())
    if not folders:
        return False
    folder = folders[-1 - which % 2 % len(folders)]
    files = sorted(folder.iterdir())
    path = folder / "header.json" if kind == "garble header" else files[which // 2 % len(files)]
    if kind in ("lose folder", "lose everything"):
        shutil.rmtree(folder if kind == "lose folder" else directory)
    elif kind == "lose":
        path.unlink()
    else:
        _spoil(path, kind, share)
    return True


def _spoil(path: Path, kind: str, share: float) -> None:
    content = bytearray(path.read_bytes())
    place = min(int(share * len(content)), len(content) - 1)
    if kind == "cut":
        content = content[:place]
    elif kind == "empty":
        content.clear()
    elif place >= 0:
        content[place] ^= 1 + int(share * 7919) % 255
    if kind == "flip under readers":
        # The same file, which readers have mapped; never shorter, for that ends any process that reads it.
        with path.open("r+b") as file:
            file.write(content)
        return
    aside = path.with_suffix(".aside")
    aside.write_bytes(content)
    aside.rename(path)
