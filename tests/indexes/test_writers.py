"""Several processes on one folder of snapshots."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context

import pytest

from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.indexes.faiss import FaissIndex

pytestmark = pytest.mark.slow
fork = get_context("fork")


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300, "COMPACT_FROM": 100}


@pytest.fixture
def journal():
    journal = Journal()
    journal.add(range(1, 501), draw(500))
    return journal


def halted(journal, started, go_on):
    """Read half of the journal and wait, so that the writer is caught while it writes."""

    def read(past):
        pages = journal.read(past)
        yield next(pages)
        started.set()
        go_on.wait(20)
        yield from pages

    return read


def start_writer(journal):
    started, go_on = fork.Event(), fork.Event()
    writer = fork.Process(target=FaissIndex(SPACE).rebuild, args=(halted(journal, started, go_on),))
    writer.start()
    assert started.wait(20)
    return writer, go_on


def test_second_writer_returns_without_writing(journal, tmp_path):
    writer, go_on = start_writer(journal)

    second = FaissIndex(SPACE)
    second.catch_up(journal.read)
    refused = (second.rebuild(journal.read), second.compact())
    go_on.set()
    writer.join(20)

    assert refused == (False, False)
    assert [path.name for path in tmp_path.glob("*/*/0*")] == ["000001"]


def test_writer_that_is_killed_leaves_no_snapshot_and_the_next_one_cleans_up(journal, tmp_path):
    writer, _ = start_writer(journal)
    os.kill(writer.pid, signal.SIGKILL)
    writer.join(20)
    assert [path.name[:9] for path in tmp_path.glob("*/*/.*")] == [".writing-"]
    assert len(FaissIndex(SPACE)) == 0

    index = FaissIndex(SPACE)
    assert index.rebuild(journal.read)

    assert sorted(path.name for path in tmp_path.glob("*/*/*")) == ["000001", "writer.lock"]
    assert index.search(journal.alive[5], 1).ids.tolist() == [5]


def test_readers_search_on_while_snapshots_come_and_go(journal, tmp_path):
    answers = fork.SimpleQueue()
    readers = [fork.Process(target=_read_on, args=(journal, answers)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(12):
        assert FaissIndex(SPACE).rebuild(journal.read)
    (tmp_path / "stop").touch()
    for reader in readers:
        reader.join(20)

    assert [reader.exitcode for reader in readers] == [0, 0]
    assert [answers.get() for _ in readers] == [0, 0]
    assert not list(tmp_path.glob("*/*/*.damaged"))


def _read_on(journal, answers):
    from visualsearch.conf import get_settings

    index, wrong = FaissIndex(SPACE), 0
    while not (get_settings().directory / "stop").exists():
        index.catch_up(journal.read)
        wrong += index.search(journal.alive[5], 1).ids.tolist() != [5]
    answers.put(wrong)
