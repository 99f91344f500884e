"""The collections behind an alias: made beside, checked, switched, dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.indexes.journal import ATTRIBUTES, SPACE, Journal, draw
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Attribute, Condition
from visualsearch.indexes.milvus import building, writing
from visualsearch.indexes.milvus import collection as collection_module
from visualsearch.indexes.milvus import index as index_module
from visualsearch.indexes.milvus import nearest as nearest_module
from visualsearch.indexes.milvus.collection import Collection
from visualsearch.indexes.milvus.engine import Engine
from visualsearch.indexes.milvus.layout import Cursor, new_name


@pytest.fixture
def journal():
    journal = Journal()
    journal.add(range(1, 41), draw(40), [{"colour": "red", "price": float(id)} for id in range(1, 41)])
    return journal


@pytest.fixture
def index(open_index, journal):
    index = open_index(SPACE)
    index.catch_up(journal.read)
    return index


def test_new_collection_takes_the_place_of_the_old_one_which_goes_when_no_search_can_be_at_it(
    index, journal, monkeypatch, settings
):
    old, waited = index._engine.answering().name, []

    def wait(seconds):
        waited.append(seconds)
        assert index._engine.answering().name != old
        assert old in index._engine.names()

    monkeypatch.setattr(building, "sleep", wait)

    assert index.rebuild(journal.read)

    assert waited == [settings.VISUALSEARCH["INDEX_SECONDS"]]
    assert index._engine.names() == [index._engine.answering().name]
    assert index._engine.target(index._engine.building) == ""


def test_collection_that_lacks_rows_never_answers(index, journal, monkeypatch):
    before, right, write = index._engine.answering().name, index.digests(), Collection.write
    monkeypatch.setattr(Collection, "write", lambda self, rows: write(self, rows[: max(1, len(rows) - 1)]))

    with pytest.raises(IndexUnavailable, match=r"39 rows of a new collection into which 40 were written"):
        index.rebuild(journal.read)

    assert index._engine.names() == [index._engine.answering().name] == [before]
    assert index.digests() == right


def test_what_is_written_while_the_journal_is_read_is_there_when_the_new_collection_answers(
    index, journal, monkeypatch
):
    found = []
    monkeypatch.setattr(building, "sleep", lambda seconds: found.append((len(index), index.revision)))

    def read(since):
        yield from journal.read(since)
        if since == 0:
            journal.remove(3, 4)
            journal.add([5, 50], draw(2, seed=2))

    assert index.rebuild(read)

    assert found == [(39, journal.revision)]


def test_what_is_published_just_before_the_switch_is_published_again(index, journal, open_index, monkeypatch):
    other, switch = open_index(SPACE), Engine.switch

    def late(engine, name):
        journal.add([77], draw(1, seed=2))
        other.catch_up(journal.read)
        return switch(engine, name)

    monkeypatch.setattr(Engine, "switch", late)

    assert index.rebuild(journal.read)

    assert (len(index), index.revision) == (41, journal.revision)


def test_builder_that_was_killed_is_replaced_once_it_is_silent_for_long(index, journal, monkeypatch):
    engine = index._engine
    dead = engine.create((), "FLAT").name
    assert engine.claim(engine.building, dead)
    assert not index.rebuild(journal.read)

    monkeypatch.setattr(building, "SILENT_SECONDS", -1.0)
    assert index.rebuild(journal.read)

    assert engine.names() == [engine.answering().name]


def test_builder_that_was_killed_after_the_switch_does_not_stop_the_next(index, journal):
    engine = index._engine
    assert engine.claim(engine.building, engine.answering().name)

    assert index.rebuild(journal.read)


def test_builder_that_was_overtaken_gives_up(index, journal, open_index, monkeypatch):
    other, create = open_index(SPACE), Engine.create

    def late(engine, attributes, kind):
        monkeypatch.setattr(Engine, "create", create)
        assert other.rebuild(journal.read)
        return engine.create(attributes, kind)

    monkeypatch.setattr(Engine, "create", late)

    assert not index.rebuild(journal.read)

    assert index._engine.names() == [index._engine.answering().name]
    assert len(index) == 40


def test_collections_that_nothing_names_are_dropped_when_they_are_old(index, monkeypatch):
    engine = index._engine
    engine.create((), "FLAT")
    assert index.needs_snapshot() == ""
    monkeypatch.setattr(building, "SILENT_SECONDS", -1.0)
    assert index.needs_snapshot() == "Collections are left of processes that ended while they built."

    assert index.compact()

    assert engine.names() == [engine.answering().name]
    assert index.needs_snapshot() == ""


def test_two_that_publish_first_share_one_collection(open_index, journal):
    first, second = open_index(SPACE), open_index(SPACE)

    def read(since):
        second.catch_up(journal.read)
        yield from journal.read(since)

    first.catch_up(read)

    assert len(first) == len(second) == 40
    assert len(first._engine.names()) == 1


@pytest.mark.parametrize(
    "attributes",
    [(*ATTRIBUTES, Attribute("weight", "number")), ATTRIBUTES[1:], (Attribute("colour", "number"), *ATTRIBUTES[1:])],
    ids=["one more", "one less", "another kind"],
)
def test_other_attributes_are_noticed_and_kept_by_a_new_collection(attributes, index, journal, open_index):
    changed = open_index(replace(SPACE, attributes=attributes))
    assert changed.revision == 40
    assert changed.needs_snapshot() == "The source declares other attributes than the collection keeps."
    changed.refresh(journal.read)

    assert changed.compact()

    assert changed.needs_snapshot() == ""
    assert changed.search_where(draw(1)[0], 50, (Condition("price", "lte", 3),)).ids.size == 3
    assert len(changed) == 40


def test_search_does_not_narrow_by_what_the_collection_does_not_keep(index, journal, open_index):
    changed = open_index(replace(SPACE, attributes=(*ATTRIBUTES, Attribute("weight", "number"))))

    assert (changed.revision, changed.supports_conditions) == (40, False)
    with pytest.raises(IndexUnavailable, match="visualsearch_rebuild"):
        changed.search_where(draw(1)[0], 5, (Condition("weight", "lte", 3),))
    journal.add([41], draw(1, seed=3), [{"weight": 2.0, "price": 7.5}])
    changed.catch_up(journal.read)
    assert len(changed.search(draw(1)[0], 50)) == 41
    assert index.search_where(draw(1)[0], 5, (Condition("price", "exact", 7.5),)).ids.tolist() == [41]


def test_another_kind_of_index_is_built_beside_and_asked_for_all_that_is_there(index, journal, settings, monkeypatch):
    assert index._cursor(5.0).kind == "FLAT"
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "MILVUS_KIND": "IVF_FLAT"}
    assert index.needs_snapshot() == "The collection has an index of the kind FLAT; IVF_FLAT is asked (MILVUS_KIND)."
    index.refresh(journal.read)

    assert index.compact()

    assert (index.status().kind, index.needs_snapshot()) == ("ivf_flat", "")
    monkeypatch.setattr(index_module, "compare", lambda *rows: pytest.fail("Rows were compared one by one."))
    for k in (1, 20, 40, 60):
        assert len(index.search(draw(1)[0], k)) == min(k, 40)


def test_without_the_journal_a_new_collection_is_left_to_another_process(open_index, journal, settings, index):
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "MILVUS_KIND": "IVF_FLAT"}

    assert not open_index(SPACE).compact()


def test_name_of_a_collection_tells_its_age():
    assert 0 <= building.age_of(new_name("visualsearch_x_1")) < 60


def test_space_whose_journal_was_rewound_answers_while_it_begins_anew(index, journal):
    restored = Journal()
    restored.add([1, 2], draw(2, seed=5))
    seen = []

    def read(since):
        seen.append(len(index.search(draw(1)[0], 50)))
        yield from restored.read(since)

    index.catch_up(read)

    assert 0 not in seen
    assert (len(index), index.revision) == (2, 2)


def test_cursor_is_found_by_no_search(index, journal):
    collection = index._engine.answering()

    assert collection.cursor("") == index._cursor(5.0)
    assert isinstance(collection.cursor(""), Cursor)
    assert len(index) == len(index.search(draw(1)[0], 500)) == 40
    assert len(index.search_where(draw(1)[0], 500, (Condition("colour", "exact", "red"),))) == 40


def test_rows_are_read_and_written_in_pages_that_fit_into_a_message(open_index, monkeypatch):
    index, journal = open_index(SPACE), Journal()
    journal.add([*range(1, 60), *range(4_090, 4_150), 10**9], draw(120))
    index.catch_up(journal.read)
    whole = index.digests()
    monkeypatch.setattr(collection_module, "_MESSAGE_BYTES", 7 * (4 * SPACE.dimensions + collection_module._ROW_BYTES))
    assert index._engine.answering().page == 7

    assert index.digests() == whole
    assert index.rebuild(journal.read)
    assert index.digests() == whole


def test_many_allowed_ids_are_asked_for_in_parts(index, monkeypatch):
    right = index.search(draw(1)[0], 10, np.arange(-3, 100))
    monkeypatch.setattr(index_module, "MOST_KEYS", 9)

    found = index.search(draw(1)[0], 10, np.arange(-3, 100))

    assert found.ids.tolist() == right.ids.tolist() == index.search(draw(1)[0], 10).ids.tolist()


def test_more_rows_than_the_engine_gives_at_once_are_found(index, monkeypatch):
    right = index.search(draw(1)[0], 30)
    monkeypatch.setattr(nearest_module, "MOST_FOUND", 20)

    found = index.search(draw(1)[0], 30)

    assert found.ids.tolist() == right.ids.tolist()
    np.testing.assert_allclose(found.scores, right.scores, atol=1e-5)


def test_rows_that_came_in_great_number_are_sealed(open_index, journal, monkeypatch):
    sealed = []
    monkeypatch.setattr(Engine, "seal", lambda self, name: sealed.append(name))
    monkeypatch.setattr(writing, "SEAL_FROM", 40)
    index = open_index(SPACE)

    index.catch_up(journal.read)
    journal.add([41], draw(1))
    index.catch_up(journal.read)

    assert sealed == [index._engine.answering().name]
