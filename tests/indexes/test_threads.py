"""Threads of one process that search while one takes in changes, compacts and rebuilds."""

from __future__ import annotations

import threading
from itertools import cycle

import numpy as np
import pytest

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.indexes.faiss import FaissIndex

STAYING = 400
SEARCHERS = 4
TURNS = 40


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300, "COMPACT_FROM": 100}


class Searchers:
    """Threads that look for rows that stay, with and without a filter, and keep what was wrong."""

    def __init__(self, index: FaissIndex, staying: dict[int, np.ndarray]) -> None:
        self.index = index
        self.wrong: list[object] = []
        self.answers = 0
        self.removed: set[int] = set()
        self._staying = staying
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(SEARCHERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self):
        for id, vector in cycle(self._staying.items()):
            if self._stop.is_set():
                return
            try:
                self._look(id, vector)
            except Exception as error:
                self.wrong.append(error)
                return
            self.answers += 1

    def _look(self, id, vector):
        gone = set(self.removed)
        found = self.index.search(vector, 12).ids.tolist()
        allowed = self.index.search(vector, 12, numbers(*range(1, STAYING + 1))).ids.tolist()
        if found[0] != id or allowed[0] != id or len(set(found)) != 12 or len(set(allowed)) != 12:
            self.wrong.append((id, found, allowed))
        if gone & {*found, *allowed}:
            self.wrong.append((id, "removed", gone & {*found, *allowed}))


def test_no_answer_is_wrong_while_another_thread_adds_removes_compacts_and_rebuilds():
    journal, index = Journal(), FaissIndex(SPACE)
    vectors = draw(STAYING)
    journal.add(range(1, STAYING + 1), vectors)
    index.catch_up(journal.read)

    with Searchers(index, journal.alive) as searchers:
        for turn in range(TURNS):
            coming = range(1000 + 20 * turn, 1020 + 20 * turn)
            # Rows that stay are written again too, so that they are masked in the snapshot.
            journal.add([*coming, *range(1, 30)], np.concatenate([draw(20, seed=turn), vectors[:29]]))
            index.catch_up(journal.read)
            journal.remove(*coming[:10])
            index.catch_up(journal.read)
            searchers.removed |= set(coming[:10])
            if turn % 4 == 1:
                index.compact()
            if turn % 10 == 5:
                assert index.rebuild(journal.read)

    assert searchers.wrong == []
    assert searchers.answers > SEARCHERS
    assert index.status().kind == "ivf"
