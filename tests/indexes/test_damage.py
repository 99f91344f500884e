"""Damage that the edges of the files do not tell, and damage under readers that have them open."""

from __future__ import annotations

import shutil

import pytest

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.indexes.exact import ExactIndex
from visualsearch.indexes.faiss import FaissIndex

FILES = {"exact": ("ids.i64", "vectors.f16"), "ivf": ("ids.i64", "lists.faiss", "positions.i64")}
ROWS = {"exact": 200, "ivf": 500}


@pytest.fixture(autouse=True)
def small(settings, tmp_path, monkeypatch):
    """Small files have edges as small."""
    settings.VISUALSEARCH = {"DIRECTORY": str(tmp_path), "IVF_FROM": 300, "COMPACT_FROM": 100}
    monkeypatch.setattr("visualsearch.indexes.headers._EDGE", 16)
    monkeypatch.setattr("visualsearch.indexes.layers._FEW", 5)


@pytest.fixture(params=ROWS)
def kind(request):
    return request.param


@pytest.fixture
def journal(kind):
    journal = Journal()
    journal.add(range(1, ROWS[kind] + 1), draw(ROWS[kind]))
    return journal


@pytest.fixture
def folder(journal, tmp_path):
    FaissIndex(SPACE).rebuild(journal.read)
    return tmp_path / "shop.product" / "test-8" / "000001"


def opened(journal):
    index = FaissIndex(SPACE)
    index.catch_up(journal.read)
    return index


def spoil(path):
    """Overwrite the middle in place, so that also those see it who have it mapped."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff\x7e" * 40)


def assert_it_answers_like_exact_search(index, journal):
    exact = ExactIndex(SPACE)
    exact.catch_up(journal.read)
    assert index.digests() == exact.digests()
    for id, vector in list(journal.alive.items())[::7]:
        assert index.search(vector, 1).ids.tolist() == [id]
        assert len(index.search(vector, 20, numbers(*range(1, 150)))) == 20


@pytest.mark.parametrize("is_open", [True, False], ids=["opened before", "opened after"])
@pytest.mark.parametrize(("kind", "name"), [("exact", "ids.i64"), ("ivf", "ids.i64"), ("ivf", "positions.i64")])
def test_places_that_are_not_there_are_noticed_and_the_rows_answer(journal, folder, name, is_open):
    index = opened(journal) if is_open else None
    spoil(folder / name)
    index = index or opened(journal)

    index.digests()

    assert_it_answers_like_exact_search(index, journal)
    assert not folder.exists()
    assert "snapshot" not in index.status().details


@pytest.mark.parametrize("kind", ["ivf"])
def test_search_that_meets_damage_answers_from_the_rows(journal, folder):
    index = opened(journal)
    spoil(folder / "positions.i64")

    for vector in journal.alive.values():
        assert len(index.search(vector, 50)) == 50

    assert_it_answers_like_exact_search(index, journal)


def test_snapshot_that_another_process_found_damaged_is_trusted_no_more(journal, folder, kind):
    first = opened(journal)
    spoil(folder / FILES[kind][1])
    (folder / "header.json").unlink()
    opened(journal)
    assert not folder.exists()

    first.catch_up(journal.read)

    assert_it_answers_like_exact_search(first, journal)


@pytest.mark.parametrize("place", range(3))
def test_damage_is_not_copied_into_the_next_snapshot(journal, folder, kind, place):
    name = FILES[kind][place % len(FILES[kind])]
    index = opened(journal)
    spoil(folder / name)
    journal.add([9000], draw(1, seed=4))
    index.catch_up(journal.read)

    assert index.compact()

    fresh = opened(journal)
    assert fresh.status().details["snapshot"] == 2
    assert_it_answers_like_exact_search(fresh, journal)
    assert fresh.problems() == []


def test_damage_in_files_that_are_gone_by_now_is_not_copied_either(journal, folder, kind):
    index = opened(journal)
    spoil(folder / FILES[kind][1])
    shutil.rmtree(folder)
    journal.add([9000], draw(1, seed=4))
    index.catch_up(journal.read)

    assert index.compact()

    fresh = opened(journal)
    assert_it_answers_like_exact_search(fresh, journal)
    assert fresh.problems() == []
