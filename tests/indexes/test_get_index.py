from __future__ import annotations

from multiprocessing import get_context

import pytest

from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import get_index, load_index
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.faiss import FaissIndex


@pytest.mark.parametrize(
    ("name", "kind"),
    [("exact", ExactIndex), ("faiss", FaissIndex), ("visualsearch.indexes.exact.ExactIndex", ExactIndex)],
)
def test_index_is_loaded_by_name_or_path(name, kind):
    assert type(load_index(name, SPACE)) is kind


@pytest.mark.parametrize("name", ["visualsearch.indexes.Nothing", "no.such.module"])
def test_unknown_index_is_told_with_the_known_names(name):
    with pytest.raises(IndexUnavailable, match="exact, faiss"):
        load_index(name, SPACE)


def test_process_has_one_index_of_a_name_and_space(settings, tmp_path):
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path)}
    first = get_index("exact", SPACE)
    assert get_index("exact", SPACE) is first

    assert type(get_index("faiss", SPACE)) is FaissIndex

    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path / "other")}
    assert get_index("exact", SPACE) is not first


def test_forked_child_opens_its_own_index_and_can_search_and_build(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("visualsearch.indexes.ivf._MANY", 0)
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300}
    journal = Journal()
    journal.add(range(1, 2001), draw(2000))
    index = get_index("faiss", SPACE)
    index.rebuild(journal.read)
    assert index.search(journal.alive[5], 1).ids.tolist() == [5]

    answers = get_context("fork").SimpleQueue()
    child = get_context("fork").Process(target=_search_and_build, args=(answers, index, journal))
    child.start()
    child.join(timeout=20)
    if child.is_alive():
        child.kill()

    assert child.exitcode == 0
    assert answers.get() == (True, [5], "ivf", True, [5])


def _search_and_build(answers, parents, journal):
    index = get_index("faiss", SPACE)
    index.catch_up(journal.read)
    found = index.search(journal.alive[5], 1).ids.tolist()
    kind = index.status().kind
    built = index.rebuild(journal.read)
    answers.put((index is not parents, found, kind, built, index.search(journal.alive[5], 1).ids.tolist()))
