from __future__ import annotations

import numpy as np
import pytest

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.indexes import Changes
from visualsearch.indexes.faiss import FaissIndex


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300, "COMPACT_FROM": 100}


@pytest.fixture
def journal():
    journal = Journal(page=1000)
    journal.add(range(1, 1001), draw(1000))
    return journal


@pytest.fixture
def index(journal):
    index = FaissIndex(SPACE)
    index.rebuild(journal.read)
    return index


def compacted(index, journal):
    index.catch_up(journal.read)
    assert index.compact()
    index.catch_up(journal.read)
    return index._layers.snapshot


def test_index_that_was_just_built_needs_no_snapshot(index):
    assert index.needs_snapshot() == ""


def test_index_without_rows_needs_no_snapshot():
    assert FaissIndex(SPACE).needs_snapshot() == ""


def test_enough_changed_rows_need_a_snapshot(index, journal):
    journal.add(range(2000, 2060), draw(60, seed=1))
    journal.remove(*range(1, 40))
    index.catch_up(journal.read)
    assert index.needs_snapshot() == ""

    journal.remove(40)
    index.catch_up(journal.read)

    assert index.needs_snapshot() == "100 rows changed since the last snapshot."


def test_large_index_waits_for_more_changed_rows(index, journal, settings):
    settings.VISUALSEARCH |= {"COMPACT_FROM": 1}
    journal.add(range(2000, 2009), draw(9, seed=1))
    index.catch_up(journal.read)
    assert index.needs_snapshot() == ""

    journal.add([2009], draw(1, seed=1))
    index.catch_up(journal.read)

    assert index.needs_snapshot() == "10 rows changed since the last snapshot."


def test_repaired_rows_need_a_snapshot_until_it_is_written(index, journal):
    index.repair(Changes(revision=1, ids=numbers(7), vectors=draw(1, seed=8), removed=numbers()))
    assert index.needs_snapshot() == "Rows were repaired that the snapshot has wrong."

    snapshot = compacted(index, journal)

    assert index.needs_snapshot() == ""
    np.testing.assert_array_equal(snapshot.gather(numbers(6)), draw(1, seed=8))


def test_exact_snapshot_that_grew_enough_needs_lists(settings, tmp_path):
    journal, index = Journal(), FaissIndex(SPACE)
    journal.add(range(1, 291), draw(290))
    index.rebuild(journal.read)
    journal.add(range(291, 301), draw(10, seed=1))
    index.catch_up(journal.read)

    assert index.needs_snapshot() == "300 vectors are enough for an IVF index."
    assert compacted(index, journal).header.kind == "ivf"


def test_recall_below_a_raised_target_needs_a_snapshot(journal, settings):
    settings.VISUALSEARCH |= {"RECALL_TARGET": 0.5}
    index = FaissIndex(SPACE)
    index.rebuild(journal.read)
    assert index.needs_snapshot() == ""

    settings.VISUALSEARCH |= {"RECALL_TARGET": 0.999}

    assert index.needs_snapshot().endswith("0.999 is asked.")
    assert compacted(index, journal).header.recall >= 0.999
    assert index.needs_snapshot() == ""


@pytest.mark.parametrize("measured", [0.0, 0.98])
def test_recall_target_that_no_snapshot_can_meet_is_not_asked_for_again(journal, monkeypatch, measured):
    monkeypatch.setattr("visualsearch.indexes.recall.Sample.recall", lambda sample, scores: measured)
    index = FaissIndex(SPACE)
    index.rebuild(journal.read)
    assert index.needs_snapshot() == ""

    header = compacted(index, journal).header

    assert (header.recall, header.probes) == (measured, header.lists)
    assert index.needs_snapshot() == ""


def test_without_faiss_a_large_index_is_written_and_searched_exactly(journal, monkeypatch):
    monkeypatch.setattr("visualsearch.indexes.building.find_spec", lambda name: None)

    index = FaissIndex(SPACE)
    index.rebuild(journal.read)

    assert index.status().kind == "exact"
    assert index.needs_snapshot() == ""


def test_process_without_faiss_does_without_lists_that_another_wrote(index, journal, monkeypatch, caplog):
    monkeypatch.setattr("visualsearch.indexes.building.find_spec", lambda name: None)

    other = FaissIndex(SPACE)
    other.catch_up(journal.read)
    other.catch_up(journal.read)

    assert (len(other), other.status().kind) == (1000, "exact")
    assert caplog.text.count("pip install") == 1


def test_lists_are_used_again_while_they_serve(index, journal):
    first = index._layers.snapshot
    journal.add(range(2001, 2501), draw(500, seed=0))

    second = compacted(index, journal)

    np.testing.assert_array_equal(first.centroids(), second.centroids())
    assert second.header.trained_on == 1000
    assert second.header.recall >= 0.99


def test_lists_are_trained_anew_when_the_index_has_outgrown_them(index, journal):
    journal.add(range(2001, 5101), draw(3100, seed=0))

    second = compacted(index, journal)

    assert second.header.trained_on == second.header.count == 4100
    assert second.header.lists > 25


def test_lists_are_trained_anew_when_new_rows_crowd_into_one(index, journal):
    crowd = np.repeat(draw(1, seed=3).astype(np.float32), 1500, axis=0)
    crowd += 0.05 * np.random.default_rng(0).standard_normal(crowd.shape)
    journal.add(range(2001, 3501), crowd.astype(np.float16))

    second = compacted(index, journal)

    assert second.header.trained_on == 2500


def test_all_rows_removed_leave_an_empty_snapshot(index, journal):
    journal.remove(*range(1, 1001))

    snapshot = compacted(index, journal)

    assert snapshot.header.count == len(index) == 0
    assert len(index.search(draw(1)[0], 5)) == 0
