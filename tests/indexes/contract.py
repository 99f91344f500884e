"""What every index must do, whatever it is made of."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tests.indexes.journal import DIMENSIONS, Journal, draw, numbers
from tests.indexes.threads import Thread
from visualsearch.exceptions import InvalidQuery, InvalidVector
from visualsearch.indexes import Changes, Index, block_digests

COUNT = 400


class IndexContract:
    """Subclass it and give `filled`: an index that has caught up with 400 rows, ids 1 to 400, and their journal."""

    @pytest.fixture
    def empty(self) -> Index:
        raise NotImplementedError

    @pytest.fixture
    def filled(self) -> tuple[Index, Journal]:
        raise NotImplementedError

    def test_empty_index_finds_nothing(self, empty):
        assert len(empty.search(draw(1)[0], 5)) == len(empty) == empty.revision == 0
        assert len(empty.search(draw(1)[0], 5, numbers(1, 2))) == 0

    def test_catching_up_with_nothing_changes_nothing(self, empty):
        empty.catch_up(Journal().read)

        assert (len(empty), empty.revision) == (0, 0)

    def test_index_begins_anew_when_the_journal_ends_before_what_it_has_read(self, filled):
        index, _ = filled
        restored = Journal()
        restored.add([3, 4], draw(2, seed=9))

        index.catch_up(restored.read)

        assert (len(index), index.revision) == (2, 2)
        assert sorted(index.search(draw(1)[0], 10).ids.tolist()) == [3, 4]

    def test_every_row_finds_itself_first(self, filled):
        index, journal = filled

        for id, vector in journal.alive.items():
            assert index.search(vector, 1).ids[0] == id

    def test_scores_are_cosines_that_fall(self, filled):
        index, journal = filled

        query = 3 * journal.alive[7].astype(np.float32)
        found = index.search(query, 20)

        rows = np.array([journal.alive[id] for id in found.ids], np.float32)
        np.testing.assert_allclose(found.scores, rows @ query / np.linalg.norm(query), atol=1e-5)
        assert (np.diff(found.scores) <= 0).all()
        assert (found.ids.dtype, found.scores.dtype) == (np.int64, np.float32)

    def test_it_always_returns_k_rows_when_there_are_k(self, filled):
        index, _ = filled

        for k in (1, 10, COUNT - 1, COUNT, COUNT + 50):
            found = index.search(draw(1, seed=5)[0], k)
            assert len(found) == len(set(found.ids.tolist())) == min(k, COUNT)

    @pytest.mark.parametrize("count", [1, 2, 30, 200, 399])
    def test_only_allowed_rows_are_found_and_all_that_are_asked(self, filled, count):
        index, journal = filled
        allowed = np.random.default_rng(count).permutation(np.arange(1, COUNT + 1))[:count]
        query = draw(1, seed=6)[0].astype(np.float32)

        found = index.search(query, 20, allowed)

        scores = {id: float(journal.alive[id].astype(np.float32) @ query) for id in allowed.tolist()}
        assert len(found) == min(20, count)
        assert found.ids.tolist() == sorted(scores, key=scores.__getitem__, reverse=True)[:20]

    def test_allowed_ids_may_be_unknown_twice_or_none(self, filled):
        index, _ = filled

        assert len(index.search(draw(1)[0], 5, numbers())) == 0
        assert len(index.search(draw(1)[0], 5, numbers(-1, 5000, 2**62))) == 0
        assert sorted(index.search(draw(1)[0], 5, numbers(9, 3, 9, 5000, 3)).ids.tolist()) == [3, 9]

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            (np.ones(DIMENSIONS + 1), f"vectors of {DIMENSIONS} dimensions"),
            (np.ones(DIMENSIONS - 1), f"vectors of {DIMENSIONS} dimensions"),
            (np.zeros(DIMENSIONS), "zero length"),
            (np.full(DIMENSIONS, np.nan), "NaN or infinity"),
            (np.full(DIMENSIONS, np.inf), "NaN or infinity"),
            (np.ones((2, DIMENSIONS)), "one vector, got 2"),
            (np.empty((0, DIMENSIONS)), "one vector, got 0"),
        ],
    )
    def test_vector_that_does_not_fit_is_refused(self, filled, empty, wrong, message):
        for index in (filled[0], empty):
            with pytest.raises(InvalidVector, match=message):
                index.search(wrong.astype(np.float32), 5)

    @pytest.mark.parametrize("k", [0, -1])
    def test_k_below_one_is_refused(self, filled, empty, k):
        for index in (filled[0], empty):
            with pytest.raises(InvalidQuery, match="1 row or more"):
                index.search(draw(1)[0], k)

    def test_equal_rows_come_by_rising_id(self, filled):
        index, journal = filled
        same = journal.alive[200]
        journal.add([900, 800, 3], np.array([same] * 3))

        index.catch_up(journal.read)

        found = index.search(same, 4)
        assert found.ids.tolist() == [3, 200, 800, 900]
        assert len(set(found.scores.tolist())) == 1

    def test_replaced_row_is_found_where_it_is_now(self, filled):
        index, journal = filled
        before, after = journal.alive[10], -journal.alive[10]
        journal.add([10], after[None])

        index.catch_up(journal.read)

        assert index.search(after, 1).ids.tolist() == [10]
        assert index.search(before, COUNT).ids.tolist().count(10) == 1
        assert len(index) == COUNT

    def test_removed_row_is_not_found_and_can_come_back(self, filled):
        index, journal = filled
        vector = journal.alive[10]
        journal.remove(10, 12_345)
        index.catch_up(journal.read)
        assert 10 not in index.search(vector, COUNT).ids
        assert len(index.search(vector, 5, numbers(10))) == 0
        assert len(index) == COUNT - 1

        journal.add([10], vector[None])
        index.catch_up(journal.read)

        assert index.search(vector, 1).ids.tolist() == [10]
        assert len(index) == COUNT

    def test_id_that_stands_twice_in_one_page_is_there_once_as_it_came_last(self, filled):
        index, journal = filled
        first, last = draw(2, seed=12)
        page = Changes(
            revision=index.revision + 1,
            ids=numbers(10, 900, 10),
            vectors=np.array([first, first, last]),
            removed=numbers(900),
        )

        index.catch_up(lambda past: iter([page]))

        assert index.search(last, 1).ids.tolist() == [10]
        assert sorted(index.search(first, COUNT + 9).ids.tolist()) == [*range(1, COUNT + 1), 900]
        assert len(index) == COUNT + 1

    def test_everything_can_be_removed(self, filled):
        index, journal = filled
        journal.remove(*range(1, COUNT + 1))

        index.catch_up(journal.read)

        assert len(index.search(draw(1)[0], 5)) == len(index.search(draw(1)[0], 5, numbers(1))) == len(index) == 0
        assert index.digests() == {}

    def test_page_that_does_not_fit_is_refused_and_leaves_the_index_as_it_was(self, filled):
        index, journal = filled
        wrong = Changes(revision=9999, ids=numbers(5), vectors=np.ones((1, 3), np.float16), removed=numbers(6))

        with pytest.raises(InvalidVector):
            index.catch_up(lambda past: iter([wrong]))

        assert index.revision < 9999
        assert index.search(journal.alive[6], 1).ids.tolist() == [6]

    def test_reading_that_fails_halfway_can_be_taken_up_again(self, filled):
        index, journal = filled
        journal.add(range(1001, 1301), draw(300, seed=9))

        def failing(past):
            yield next(journal.read(past))
            raise OSError("database is gone")

        with pytest.raises(OSError, match="gone"):
            index.catch_up(failing)
        index.catch_up(journal.read)

        assert len(index) == COUNT + 300
        assert index.search(journal.alive[1300], 1).ids.tolist() == [1300]

    def test_digests_are_those_of_the_rows(self, filled):
        index, journal = filled
        journal.add([5000], draw(1, seed=3))
        journal.remove(4)
        index.catch_up(journal.read)

        alive = journal.alive

        assert index.digests() == block_digests(numbers(*alive), np.array(list(alive.values())))

    def test_repair_mends_what_differs_and_keeps_the_revision(self, filled):
        index, journal = filled
        revision, right = index.revision, index.digests()
        wrong = Changes(revision=1, ids=numbers(7, 600), vectors=draw(2, seed=8), removed=numbers(9))
        index.repair(wrong)
        assert index.digests() != right

        mended = Changes(
            revision=1, ids=numbers(7, 9), vectors=np.array([journal.alive[7], journal.alive[9]]), removed=numbers(600)
        )
        index.repair(mended)

        assert (index.digests(), index.revision) == (right, revision)

    def test_rebuild_trusts_nothing_that_was_there(self, filled):
        index, journal = filled
        index.repair(Changes(revision=1, ids=numbers(7, 600), vectors=draw(2, seed=8), removed=numbers(9)))

        assert index.rebuild(journal.read)

        alive = journal.alive
        assert index.digests() == block_digests(numbers(*alive), np.array(list(alive.values())))

    def test_status_says_what_it_is(self, filled):
        index, _ = filled

        status = index.status()

        assert (status.name, status.size, status.revision) == (index.name, COUNT, index.revision)
        assert status.why.endswith(".")
        assert index.problems() == []

    def test_searching_while_another_thread_catches_up_sees_whole_states(self, filled):
        index, journal = filled
        vector = journal.alive[10]
        stop, wrong = threading.Event(), []

        def look():
            while not stop.is_set():
                found = index.search(vector, 3).ids.tolist()
                if found[0] != 10 or len(set(found)) != 3:
                    wrong.append(found)

        threads = [Thread(look) for _ in range(2)]
        for turn in range(60):
            journal.add([10, *range(1000, 1020)], np.concatenate([vector[None], draw(20, seed=turn)]))
            index.catch_up(journal.read)
        stop.set()
        for thread in threads:
            thread.result()

        assert wrong == []
