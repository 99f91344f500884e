"""Whatever happens to the rows, in whatever order, FAISS and NumPy answer alike."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.faiss import FaissIndex

IDS = st.integers(1, 60)
STEPS = st.one_of(
    st.tuples(st.just("add"), st.lists(IDS, min_size=1, max_size=40, unique=True)),
    st.tuples(st.just("remove"), st.lists(IDS, min_size=1, max_size=20, unique=True)),
    st.tuples(st.sampled_from(["catch up", "compact", "rebuild", "reopen"]), st.none()),
)


@settings(max_examples=120, deadline=None)
@given(steps=st.lists(STEPS, max_size=14), seed=st.integers(0, 99))
@override_settings(VISUALSEARCH={"IVF_FROM": 25, "COMPACT_FROM": 10})
def test_any_history_gives_the_answers_of_exact_search(steps, seed):
    with TemporaryDirectory() as directory:
        journal, exact, index = Journal(page=17), ExactIndex(SPACE), FaissIndex(SPACE, Path(directory))
        for turn, (step, ids) in enumerate([*steps, ("catch up", None)]):
            if step == "reopen":
                index = FaissIndex(SPACE, Path(directory))
            index = _take(step, ids, index, journal, draw(60, seed=100 * seed + turn))
        exact.catch_up(journal.read)

        assert_alike(index, exact, journal)


def _take(step, ids, index, journal, vectors):
    if step == "add":
        journal.add(ids, vectors[: len(ids)])
    elif step == "remove":
        journal.remove(*ids)
    elif step == "rebuild":
        index.rebuild(journal.read)
    elif step == "compact":
        index.compact()
    else:
        index.catch_up(journal.read)
    return index


def assert_alike(index, exact, journal):
    alive = journal.alive
    assert len(index) == len(exact) == len(alive)
    assert (index.revision, index.digests()) == (exact.revision, exact.digests())
    for id, vector in alive.items():
        assert index.search(vector, 1).ids.tolist() == [id]
        allowed = numbers(*list(alive)[::2])
        ours, theirs = index.search(vector, 7, allowed), exact.search(vector, 7, allowed)
        np.testing.assert_array_equal(ours.ids, theirs.ids)
        np.testing.assert_array_equal(ours.scores, theirs.scores)
        assert len(index.search(vector, 99)) == len(alive)
