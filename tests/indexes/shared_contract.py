"""What an index that all processes share must do beside what every index must."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import pytest

from tests.indexes.contract import COUNT, IndexContract
from tests.indexes.journal import DIMENSIONS, SPACE, Journal, draw, numbers
from tests.indexes.publisher import PAGES, ROWS, long_journal
from tests.indexes.threads import Thread, one_thread
from tests.processes import ROOT, wait_until
from visualsearch.exceptions import IndexUnavailable, InvalidQuery
from visualsearch.indexes import Changes, Condition, Index, RowsQuery, Space, block_digests

OpenIndex = Callable[[Space], Index]
COLOURS = ("red", "green", "blue", None)

CALLS: dict[str, Callable[[Index, Journal], Any]] = {
    "search": lambda index, journal: index.search(draw(1)[0], 5),
    "search among": lambda index, journal: index.search(draw(1)[0], 5, numbers(1, 2, 3)),
    "revision": lambda index, journal: index.revision,
    "len": lambda index, journal: len(index),
    "catch_up": lambda index, journal: index.catch_up(journal.read),
    "digests": lambda index, journal: index.digests(),
    "repair": lambda index, journal: index.repair(next(journal.read(0))),
    "rebuild": lambda index, journal: index.rebuild(journal.read),
    "status": lambda index, journal: index.status(),
    "needs_snapshot": lambda index, journal: index.needs_snapshot(),
    "compact": lambda index, journal: index.compact(),
    "forget": lambda index, journal: index.forget(),
}


class Server(Protocol):
    """The engine's server, which a test takes away; leaving the test must bring it back."""

    secret: str
    """A word of its address that no message may hold; empty where there is none."""

    def stop(self) -> None: ...

    def start(self) -> None: ...

    def pause(self) -> None:
        """Let it hold its connections and answer nothing."""

    def resume(self) -> None: ...


class SharedIndexContract(IndexContract):
    """Subclass it and give `open_index`, and what else the engine has: `server`, `opener`, `as_query`."""

    @pytest.fixture
    def open_index(self) -> OpenIndex:
        """Return a function that opens a new handle of a space, as another process has one; nothing is there yet."""
        raise NotImplementedError

    @pytest.fixture
    def server(self) -> Server:
        pytest.skip("The server of the tests cannot be stopped.")

    @pytest.fixture
    def opener(self) -> tuple[str, dict[str, str]]:
        """Return the dotted path of a function that opens a space in another process, and the environment it needs."""
        raise NotImplementedError

    @pytest.fixture
    def as_query(self) -> Callable[[list[int]], RowsQuery]:
        """Return a function that puts ids where the engine can join them, and returns the query for them."""
        pytest.skip("This index cannot join.")

    @pytest.fixture
    def empty(self, open_index: OpenIndex) -> Index:
        return open_index(SPACE)

    @pytest.fixture
    def published(self, empty: Index) -> tuple[Index, Journal]:
        """Return the index of `empty` with its 400 rows just published; override `filled` to do more with it."""
        journal = Journal()
        values = [
            {"colour": COLOURS[id % 4], "price": id / 2, "in_stock": None if id % 5 == 0 else id % 5 == 1}
            for id in range(1, COUNT + 1)
        ]
        journal.add(range(1, COUNT + 1), draw(COUNT), values)
        empty.catch_up(journal.read)
        return empty, journal

    @pytest.fixture
    def filled(self, published: tuple[Index, Journal]) -> tuple[Index, Journal]:
        return published

    def test_it_says_that_it_is_shared(self, empty):
        assert empty.shared

    def test_another_handle_sees_what_the_first_published(self, filled, open_index):
        index, journal = filled
        other = open_index(SPACE)

        assert (len(other), other.revision) == (COUNT, index.revision)
        assert other.search(journal.alive[7], 1).ids.tolist() == [7]
        journal.remove(7)
        index.catch_up(journal.read)
        assert other.search(journal.alive[8], COUNT).ids.tolist().count(7) == 0
        assert other.revision == journal.revision

    def test_refreshing_for_a_search_reads_nothing(self, empty, open_index):
        journal = Journal()
        journal.add([1], draw(1))

        empty.refresh(journal.read)

        assert (journal.reads, len(empty)) == ([], 0)

    def test_only_what_is_new_is_read_by_another_handle(self, filled, open_index):
        index, journal = filled
        before = index.revision
        journal.add([900], draw(1, seed=2))
        journal.reads.clear()

        open_index(SPACE).catch_up(journal.read)

        assert journal.reads == [before]
        assert len(index) == COUNT + 1

    def test_space_that_nobody_published_is_an_empty_index(self, empty):
        assert (empty.revision, len(empty), empty.digests(), empty.needs_snapshot()) == (0, 0, {}, "")
        assert (empty.status().size, empty.status().revision) == (0, 0)
        assert not empty.compact()
        empty.forget()
        assert len(empty.search(draw(1)[0], 3)) == 0

    def test_space_can_be_repaired_and_rebuilt_before_it_was_published(self, open_index):
        journal = Journal()
        journal.add([1, 2], draw(2))
        repaired = open_index(replace(SPACE, fingerprint="repaired"))
        repaired.repair(next(journal.read(0)))
        assert (len(repaired), repaired.revision) == (2, 0)

        rebuilt = open_index(replace(SPACE, fingerprint="rebuilt"))
        assert rebuilt.rebuild(journal.read)
        assert (len(rebuilt), rebuilt.revision) == (2, 2)

    def test_page_that_was_read_before_another_published_more_changes_nothing(self, filled, open_index):
        index, journal = filled
        other = open_index(SPACE)
        older, newer = draw(2, seed=21)
        journal.add([10], older[None])

        def read(past: int) -> Iterator[Changes]:
            page = next(journal.read(past))
            journal.add([10, 11], np.array([newer, newer]))
            other.catch_up(journal.read)
            yield page

        index.catch_up(read)

        assert index.search(newer, 2).ids.tolist() == [10, 11]
        assert index.revision == journal.revision
        assert index.digests() == block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))

    def test_two_that_publish_at_once_leave_the_newest(self, filled, open_index):
        index, journal = filled
        stop = threading.Event()

        def publish() -> None:
            handle = open_index(SPACE)
            while not stop.is_set():
                handle.catch_up(journal.read)

        publishers = [Thread(publish) for _ in range(2)]
        for turn in range(60):
            journal.add(range(1, 151), draw(150, seed=turn))
        stop.set()
        for publisher in publishers:
            publisher.result()
        index.catch_up(journal.read)

        assert index.revision == journal.revision
        assert index.digests() == block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))

    def test_reading_that_failed_is_taken_up_by_another_handle(self, filled, open_index):
        index, journal = filled
        journal.add(range(1001, 1301), draw(300, seed=9))

        def failing(past: int) -> Iterator[Changes]:
            yield next(journal.read(past))
            raise OSError("database is gone")

        with pytest.raises(OSError, match="gone"):
            index.catch_up(failing)
        assert index.revision == COUNT + 100
        open_index(SPACE).catch_up(journal.read)

        assert index.digests() == block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))

    @pytest.mark.parametrize("turn", range(3))
    def test_publisher_that_is_killed_leaves_nothing_out(self, turn, empty, opener):
        path, environment = opener
        journal = long_journal()
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.indexes.publisher", path], cwd=ROOT, env={**os.environ, **environment}
        )
        try:
            wait_until(lambda: empty.revision or child.poll() is not None, 60, "the first page is there")
            time.sleep(random.uniform(0, 0.05))
        finally:
            child.kill()
            child.wait()

        reached = empty.revision
        assert 0 < reached < PAGES * ROWS
        # No row up to the cursor may be missing.
        for id in random.sample(range(1, reached + 1), 20):
            assert id in empty.search(journal.alive[id], 5).ids
        empty.catch_up(journal.read)
        assert empty.revision == PAGES * ROWS
        assert empty.digests() == block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))

    @pytest.mark.parametrize("missing", ["stopped", "silent"])
    def test_every_call_says_when_the_engine_is_away_and_works_when_it_is_back(self, missing, filled, server, settings):
        index, journal = filled
        settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX_SECONDS": 0.5}
        journal.add([700], draw(1, seed=30))
        leave, come_back = (server.stop, server.start) if missing == "stopped" else (server.pause, server.resume)
        # What takes an engine longer than a search may wait longer for its answer.
        names = tuple(CALLS) if missing == "stopped" else ("search", "search among", "revision")

        with one_thread() as call:
            call(lambda: index.search(journal.alive[7], 1))
            leave()
            try:
                for name in names:
                    with pytest.raises(IndexUnavailable) as raised:
                        call(lambda name=name: CALLS[name](index, journal))
                    message = str(raised.value)
                    assert message.endswith("."), name
                    assert not server.secret or server.secret not in message, name
            finally:
                come_back()

        wait_until(lambda: _answers(index), 30, "the index answers again")
        assert index.search(journal.alive[7], 1).ids.tolist() == [7]
        index.catch_up(journal.read)
        assert (len(index), index.revision) == (COUNT + 1, journal.revision)

    def test_connection_that_the_engine_dropped_meanwhile_is_no_failure(self, filled, server):
        index, journal = filled
        index.search(journal.alive[7], 1)
        server.stop()
        server.start()

        assert index.search(journal.alive[7], 1).ids.tolist() == [7]
        server.stop()
        server.start()
        journal.add([700], draw(1, seed=30))
        index.catch_up(journal.read)
        assert len(index) == COUNT + 1

    def test_digests_of_many_blocks_are_those_of_the_rows(self, empty):
        journal = Journal()
        ids = [*range(1, 200), *range(4_000, 4_200), 4_096 * 9, 4_096 * 9 - 1, 4_096 * 9 + 1, 2**40, 2**62]
        journal.add(ids, draw(len(ids), seed=13))

        empty.catch_up(journal.read)

        assert empty.digests() == block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))

    def test_ids_may_be_as_large_as_a_database_gives_them(self, filled):
        index, journal = filled
        large = draw(2, seed=14)
        journal.add([2**53 + 1, 2**62], large)

        index.catch_up(journal.read)

        assert index.search(large[0], 1).ids.tolist() == [2**53 + 1]
        assert index.search(large[1], 3, numbers(2**62, 2**62 + 1)).ids.tolist() == [2**62]
        journal.remove(2**53 + 1)
        index.catch_up(journal.read)
        assert 2**53 + 1 not in index.search(large[0], COUNT + 5).ids

    def test_rebuilding_while_others_search_never_leaves_them_without_an_answer(self, filled, open_index):
        index, journal = filled
        stop, wrong = threading.Event(), []

        def look() -> None:
            handle = open_index(SPACE)
            while not stop.is_set():
                found = handle.search(journal.alive[10], 3).ids.tolist()
                among = handle.search(journal.alive[10], 3, numbers(10, 11)).ids.tolist()
                if found[:1] != [10] or len(found) != 3 or sorted(among) != [10, 11]:
                    wrong.append((found, among))

        searchers = [Thread(look) for _ in range(2)]
        for _ in range(4):
            assert index.rebuild(journal.read)
        stop.set()
        for searcher in searchers:
            searcher.result()

        assert wrong == []
        assert (len(index), index.revision) == (COUNT, journal.revision)

    def test_rebuild_takes_in_what_was_written_meanwhile(self, filled, open_index):
        index, journal = filled
        other = open_index(SPACE)
        wrote = []

        def read(past: int) -> Iterator[Changes]:
            yield from journal.read(past)
            if not wrote:
                wrote.append(True)
                journal.add([901], draw(1, seed=22))
                journal.remove(5)
                other.catch_up(journal.read)

        assert index.rebuild(read)

        # What another had published by then must not be gone, not even until the next catch-up.
        assert 901 in other.search(journal.alive[901], 1).ids
        other.catch_up(journal.read)
        assert other.digests() == block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))

    def test_rebuild_that_fails_leaves_what_was_there(self, filled):
        index, journal = filled
        right, revision = index.digests(), index.revision

        def failing(past: int) -> Iterator[Changes]:
            yield next(journal.read(past))
            raise OSError("database is gone")

        with pytest.raises(OSError, match="gone"):
            index.rebuild(failing)

        assert (index.digests(), index.revision) == (right, revision)
        assert index.rebuild(journal.read)
        assert index.digests() == right

    def test_only_one_rebuilds_at_a_time(self, filled, open_index):
        index, journal = filled
        other = []

        def read(past: int) -> Iterator[Changes]:
            if not other:
                other.append(Thread(lambda: open_index(SPACE).rebuild(journal.read)).result())
            yield from journal.read(past)

        assert index.rebuild(read)
        assert other == [False]

    def test_spaces_do_not_see_each_other(self, filled, open_index):
        index, journal = filled
        others = [
            open_index(replace(SPACE, source="shop.room")),
            open_index(replace(SPACE, fingerprint="other-8")),
        ]
        for number, other in enumerate(others, start=1):
            second = Journal()
            second.add([number], draw(1, seed=40))
            other.catch_up(second.read)

        assert [other.search(draw(1)[0], 5).ids.tolist() for other in others] == [[1], [2]]
        assert len(index) == COUNT
        others[0].forget()
        assert (len(others[0]), len(others[1]), len(index)) == (0, 1, COUNT)

    def test_forgetting_leaves_nothing_and_the_space_can_be_published_again(self, filled, open_index):
        index, journal = filled
        other = open_index(SPACE)

        index.forget()

        assert (len(other), other.revision, other.digests()) == (0, 0, {})
        assert len(other.search(draw(1)[0], 5)) == 0
        index.forget()
        other.catch_up(journal.read)
        assert (len(index), index.revision) == (COUNT, journal.revision)

    def test_compacting_changes_nothing_that_is_found(self, filled, open_index):
        index, journal = filled
        right = index.digests()

        index.compact()

        assert index.digests() == right
        assert index.needs_snapshot() == ""
        other = open_index(SPACE)
        for id in range(1, COUNT + 1, 20):
            assert other.search(journal.alive[id], 1).ids.tolist() == [id]

    @pytest.mark.parametrize("count", [1, 5, 19, 200, 399])
    def test_joined_search_finds_all_that_can_be_had(self, count, filled, as_query):
        index, journal = filled
        ids = np.random.default_rng(count).permutation(np.arange(1, COUNT + 1))[:count]
        query = draw(1, seed=6)[0]

        found = index.search_joined(query, 20, as_query([*ids.tolist(), 5000]))

        assert found.ids.tolist() == _nearest(journal, query, ids, 20)

    def test_joined_search_of_no_row_finds_nothing(self, filled, as_query):
        assert len(filled[0].search_joined(draw(1)[0], 5, as_query([]))) == 0
        assert len(filled[0].search_joined(draw(1)[0], 5, as_query([7000]))) == 0

    def test_joined_search_of_a_space_that_nobody_published_finds_nothing(self, empty, as_query):
        assert len(empty.search_joined(draw(1)[0], 5, as_query([1, 2]))) == 0

    @pytest.mark.parametrize(
        ("conditions", "holds"),
        [
            ([("colour", "exact", "red")], lambda id: id % 4 == 0),
            ([("colour", "exact", "yellow")], lambda id: False),
            ([("price", "lte", 3.0)], lambda id: id <= 6),
            ([("price", "gte", 150.5)], lambda id: id >= 301),
            ([("price", "gte", 50), ("price", "lte", 60)], lambda id: 100 <= id <= 120),
            ([("in_stock", "exact", True)], lambda id: id % 5 == 1),
            ([("in_stock", "exact", False)], lambda id: id % 5 in (2, 3, 4)),
            ([("colour", "exact", "green"), ("in_stock", "exact", True)], lambda id: id % 4 == 1 and id % 5 == 1),
            ([("colour", "exact", 'a" or 1 == 1 or "')], lambda id: False),
        ],
    )
    def test_search_where_finds_all_that_can_be_had(self, conditions, holds, filled):
        index, journal = filled
        _skip_without_conditions(index)
        query = draw(1, seed=6)[0]

        found = index.search_where(query, 20, tuple(Condition(*condition) for condition in conditions))

        allowed = numbers(*(id for id in journal.alive if holds(id)))
        assert found.ids.tolist() == _nearest(journal, query, allowed, 20)

    def test_attributes_may_change_without_the_vector(self, filled):
        index, journal = filled
        _skip_without_conditions(index)
        journal.add([12], journal.alive[12][None], [{"colour": 'so-called "mauve"', "price": None, "in_stock": None}])

        index.catch_up(journal.read)

        where = (Condition("colour", "exact", 'so-called "mauve"'),)
        assert index.search_where(draw(1)[0], 5, where).ids.tolist() == [12]

    def test_condition_on_what_is_no_attribute_is_refused(self, filled):
        index, _ = filled
        _skip_without_conditions(index)

        with pytest.raises(InvalidQuery, match="weight"):
            index.search_where(draw(1)[0], 5, (Condition("weight", "lte", 3),))


def _answers(index: Index) -> bool:
    try:
        return bool(len(index.search(np.ones(DIMENSIONS, np.float32), 1)))
    except IndexUnavailable:
        return False


def _nearest(journal: Journal, query: np.ndarray, allowed: np.ndarray, k: int) -> list[int]:
    scores = {id: float(journal.alive[id].astype(np.float32) @ query.astype(np.float32)) for id in allowed.tolist()}
    return sorted(scores, key=scores.__getitem__, reverse=True)[:k]


def _skip_without_conditions(index: Index) -> None:
    if not index.supports_conditions:
        pytest.skip("This index keeps no attributes.")
