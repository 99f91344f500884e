"""The snapshots under torture: written at any time, onto full disks, by processes that die, and damaged afterwards."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.goods import PRODUCTS
from tests.torture.faults import DAMAGES, Killed, damage, failing_sync, full_disk, no_space
from tests.torture.processes import Process
from tests.torture.workers import WorkerRules
from visualsearch.conf import get_settings
from visualsearch.models import current_space, read_changes
from visualsearch.opening import open_index
from visualsearch.sources import get_source
from visualsearch.sync import compact_where_needed, verify

READERS = 3
PROCESS = st.integers(0, READERS + 1)


class SnapshotRules(WorkerRules):
    """Compaction, rebuilding, and what can befall them."""

    def __init__(self) -> None:
        super().__init__()
        self.readers = [Process() for _ in range(READERS)]
        self.is_damaged = False
        """Has a snapshot been damaged since the last repair?"""

    @property
    def processes(self) -> list[Process]:
        """All that have an index."""
        return [*self.readers, *self.workers]

    @rule(process=PROCESS)
    def compact(self, process: int) -> None:
        self._write(process, anew=False)

    @rule()
    def compact_where_needed(self) -> None:
        with self.workers[1].running():
            compact_where_needed()

    @rule(process=PROCESS)
    def rebuild(self, process: int) -> None:
        self._write(process, anew=True)

    @rule(process=PROCESS, anew=st.booleans(), room=st.integers(0, 3000))
    def write_onto_a_full_disk(self, process: int, anew: bool, room: int) -> None:
        # FAISS says it with a RuntimeError.
        with suppress(OSError, RuntimeError), full_disk(room):
            self._write(process, anew)
            return
        self.tally["full disks"] += 1

    @rule(process=PROCESS, anew=st.booleans(), after=st.integers(0, 7))
    def fill_the_disk_at_the_end(self, process: int, anew: bool, after: int) -> None:
        with suppress(OSError), failing_sync(after, no_space()):
            self._write(process, anew)
            return
        self.tally["full disks"] += 1

    @rule(process=PROCESS, anew=st.booleans(), after=st.integers(0, 7))
    def kill_a_writer(self, process: int, anew: bool, after: int) -> None:
        with suppress(Killed), failing_sync(after, Killed()):
            self._write(process, anew)
            return
        self.processes[process].restart()
        self.tally["killed writers"] += 1

    @rule(kind=st.sampled_from(DAMAGES), which=st.integers(0, 9), share=st.floats(0, 1), process=PROCESS)
    def damage_a_snapshot(self, kind: str, which: int, share: float, process: int) -> None:
        # Without one there is nothing to damage, and that it has been opened makes it harder.
        if not any(get_settings().directory.glob("*/*/*/header.json")):
            self.rebuild(process)
        self.processes[process].catch_up()
        if damage(get_settings().directory, kind, which, share):
            self.is_damaged = True
            self.tally["damaged snapshots"] += 1
        if which % 2:
            # Another process opens it before anybody has mended it.
            other = self.processes[process - 1]
            other.restart()
            other.catch_up()

    @rule(process=PROCESS, repair=st.booleans())
    def verify(self, process: int, repair: bool) -> None:
        with self.processes[process].running():
            verify(get_source(PRODUCTS), repair=repair)

    def _write(self, process: int, anew: bool) -> None:
        with self.processes[process].running() as index:
            if anew:
                index.rebuild(read_changes(current_space(PRODUCTS)))
            else:
                open_index(current_space(PRODUCTS))
                self.tally["compactions"] += index.compact()
