"""Search in the newest snapshot on the disk and, exactly, in the rows that came after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from logging import getLogger
from pathlib import Path
from threading import Lock
from typing import TypeVar

import numpy as np

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable, JournalRewound, SnapshotDamaged
from visualsearch.indexes.base import Changes, Index, IndexStatus, Matches, ReadChanges, Space, Stamp
from visualsearch.indexes.building import is_ivf_worth_it, open_snapshot, write_snapshot
from visualsearch.indexes.digests import block_digests
from visualsearch.indexes.headers import check_in_full, read_header
from visualsearch.indexes.layers import Layers
from visualsearch.indexes.rows import Rows, rising
from visualsearch.indexes.scores import check_query
from visualsearch.indexes.shelf import Shelf
from visualsearch.indexes.snapshots import Snapshot
from visualsearch.vectors import Ids, Vectors

logger = getLogger(__name__)
T = TypeVar("T")

# From this part on, the rows past the snapshot cost a search more than the snapshot does.
_GROWTH = 0.01


class FaissIndex(Index):
    """An index that all processes of a machine share by mapped files: exact when small, FAISS lists when large."""

    name = "faiss"

    def __init__(self, space: Space, directory: Path | None = None) -> None:
        super().__init__(space)
        self._shelf = Shelf(directory or get_settings().directory, space)
        self._lock = Lock()
        self._unreadable: set[int] = set()
        self._read: ReadChanges | None = None
        self._begin()

    @property
    def revision(self) -> int:
        return self._layers.revision

    def __len__(self) -> int:
        return len(self._layers)

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        query = check_query(self.space, vector, k)
        among = None if allowed is None else rising(allowed)
        return self._on_whole_files(lambda layers: layers.nearest(query, k, among))

    def catch_up(self, read: ReadChanges) -> None:
        with self._lock:
            self._read = read
            try:
                self._take_in(read)
            except JournalRewound as error:
                logger.warning("The index begins anew: %s", error)
                self._begin()
                self._take_in(read)

    def _begin(self) -> None:
        self._delta = Rows(self.space.dimensions)
        self._layers = Layers(delta=self._delta.view, hidden=np.empty(0, np.int64))
        self._repaired = False

    def _take_in(self, read: ReadChanges) -> None:
        if not self._switched(read):
            for changes in read(self._layers.revision):
                self._layers = self._layers.after(changes, self._delta)

    def _switched(self, read: ReadChanges) -> bool:
        """Open a snapshot that was published since, or go on without one that is damaged; False when neither is so.

        It may be older than the rows that are here, so those past it are read again, and shown together with it.
        """
        opened = self._open_newest()
        if opened is None and not self._is_distrusted(self._layers.number):
            return False
        number, snapshot = opened or (0, None)
        delta, none = Rows(self.space.dimensions), np.empty(0, np.int64)
        revision = snapshot.header.revision if snapshot else 0
        layers = Layers(delta=delta.view, revision=revision, number=number, snapshot=snapshot, hidden=none)
        try:
            for changes in read(revision):
                layers = layers.after(changes, delta)
        except JournalRewound as error:
            self._unreadable.add(number)
            self._shelf.set_aside(number, error)
            return self._switched(read)
        self._delta, self._layers, self._repaired = delta, layers, False
        return True

    def _open_newest(self) -> tuple[int, Snapshot] | None:
        for number in self._shelf.numbers():
            if number in self._unreadable:
                continue
            if number == self._layers.number:
                return None
            try:
                return number, open_snapshot(self._shelf.folder(number), self.space)
            except SnapshotDamaged as error:
                self._shelf.set_aside(number, error)
            except IndexUnavailable as error:
                self._unreadable.add(number)
                logger.warning("Searching goes on without this snapshot: %s", error)
            except OSError as error:
                logger.warning("Searching goes on without this snapshot until it can be read: %s", error)
        return None

    def _is_distrusted(self, number: int) -> bool:
        return number in self._unreadable or self._shelf.is_set_aside(number)

    def _on_whole_files(self, use: Callable[[Layers], T]) -> T:
        """Return what `use` makes of the layers, and go on without a snapshot that turns out to be damaged."""
        while True:
            layers = self._layers
            try:
                return use(layers)
            except SnapshotDamaged as error:
                self._distrust(layers, error)

    def _distrust(self, layers: Layers, error: SnapshotDamaged) -> None:
        with self._lock:
            # Another thread may have been quicker.
            if layers.snapshot is self._layers.snapshot and self._read is not None:
                self._unreadable.add(layers.number)
                self._shelf.set_aside(layers.number, error)
                self._take_in(self._read)

    def compact(self) -> bool:
        layers = self._layers
        with self._shelf.locked() as free:
            # A snapshot that another process published since must not be followed by an older one.
            if not free or self._shelf.newest() not in (0, layers.number):
                return False
            layers = self._checked_in_full()
            self._publish(layers.pages(), layers.snapshot)
            return True

    def _checked_in_full(self) -> Layers:
        """Return layers whose files are what was written: damage must not be copied under a new seal."""
        while (layers := self._layers).snapshot and (found := self._damage_of(layers.number) or self._lost(layers)):
            self._distrust(layers, SnapshotDamaged(found[0]))
        return layers

    def _lost(self, layers: Layers) -> list[str]:
        """Tell of files that are gone: what is still open of them can be compared with nothing."""
        folder = self._shelf.folder(layers.number)
        return [] if folder.exists() else [f"{folder} is gone."]

    def _damage_of(self, number: int) -> list[str]:
        folder = self._shelf.folder(number)
        return check_in_full(folder) if folder.exists() else []

    def rebuild(self, read: ReadChanges) -> bool:
        with self._shelf.locked() as free:
            if free:
                self._publish(read(0), None)
        if free:
            self.catch_up(read)
        return free

    def snapshot(self) -> tuple[Stamp, Path] | None:
        for number in self._shelf.numbers():
            folder = self._shelf.folder(number)
            try:
                return read_header(folder, self.space).stamp, folder
            except (IndexUnavailable, OSError) as error:
                logger.info("This snapshot is not taken for the newest: %s", error)
        return None

    def adopt(self, stamp: Stamp, write: Callable[[Path], None], *, wait: float = 0.0) -> bool:
        with self._shelf.locked(wait) as free:
            newest = self.snapshot() if free else None
            if not free or (newest and newest[0] >= stamp):
                return False
            with self._shelf.writing() as folder:
                write(folder)
                header = open_snapshot(folder, self.space).header
        logger.info("Took over a snapshot of %d vectors (%s) from another host.", header.count, header.kind)
        return True

    def forget(self) -> None:
        with self._shelf.locked() as free:
            if free:
                self._shelf.clear()

    def _publish(self, pages: Iterable[Changes], last: Snapshot | None) -> None:
        with self._shelf.writing() as folder:
            header = write_snapshot(folder, self.space, pages, last)
        logger.info("Published a snapshot of %d vectors (%s).", header.count, header.kind)

    def needs_snapshot(self) -> str:
        layers, settings = self._layers, get_settings()
        header = layers.snapshot.header if layers.snapshot else None
        waiting = len(layers.delta) + len(layers.hidden)
        if self._repaired:
            return "Rows were repaired that the snapshot has wrong."
        if header and not self._shelf.newest():
            return "The files of the snapshot are gone."
        if waiting >= max(settings.compact_from, _GROWTH * (header.count if header else 0)):
            return f"{waiting} rows changed since the last snapshot."
        if header and header.kind == "exact" and is_ivf_worth_it(len(layers)):
            return f"{len(layers)} vectors are enough for an IVF index."
        if header and header.recall < settings.recall_target and header.probes < header.lists:
            return f"Recall was {header.recall:.3f} when the snapshot was built; {settings.recall_target} is asked."
        return ""

    def repair(self, changes: Changes) -> None:
        with self._lock:
            revision = self._layers.revision
            self._layers = replace(self._layers.after(changes, self._delta), revision=revision)
            self._repaired = True

    def digests(self) -> dict[int, str]:
        return self._on_whole_files(_digests)

    def problems(self) -> list[str]:
        newest = self._shelf.newest()
        return self._damage_of(newest) if newest else []

    def status(self) -> IndexStatus:
        layers = self._layers
        details = {
            "new rows": len(layers.delta),
            "outdated rows": len(layers.hidden),
            "directory": str(self._shelf.path),
        }
        if layers.snapshot is None:
            kind, why = "exact", "There is no snapshot, so every row is compared."
        else:
            header = layers.snapshot.header
            kind, why = header.kind, _why(header.kind)
            details |= {"snapshot": layers.number, "created": header.created, "snapshot rows": header.count}
            details["bytes"] = self._shelf.size(layers.number)
            if kind == "ivf":
                details |= {"lists": header.lists, "probes": header.probes, "recall": header.recall}
        return IndexStatus(
            name=self.name, kind=kind, why=why, revision=layers.revision, size=len(layers), details=details
        )


def _digests(layers: Layers) -> dict[int, str]:
    found: dict[int, str] = {}
    for ids, vectors in layers.chunks():
        found |= block_digests(ids, vectors)
    return found


def _why(kind: str) -> str:
    if kind == "ivf":
        return "The snapshot is large enough for an IVF index; newer rows are compared one by one."
    return f"Fewer than {get_settings().ivf_from} vectors (IVF_FROM) were there at the snapshot, so all are compared."
