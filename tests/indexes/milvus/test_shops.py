"""Several shops in one collection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.indexes.journal import SPACE, Journal, draw, numbers
from visualsearch.indexes import Attribute, Condition, block_digests
from visualsearch.indexes.milvus.engine import Engine


@pytest.fixture
def open_shop(open_index, settings):
    """Return a function that opens the same space for a shop."""

    def open_(shop, space=SPACE):
        settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SHOP": shop}
        return open_index(space)

    return open_


@pytest.fixture
def shops(open_shop):
    """Two shops with rows of the same ids, and their journals."""
    journals = [Journal(), Journal()]
    for seed, journal in enumerate(journals):
        colour = {"colour": f"colour {seed}"}
        journal.add(range(1, 101), draw(100, seed=seed), [colour] * 100)
    indexes = [open_shop("one"), open_shop('two" or shop != "')]
    for index, journal in zip(indexes, journals, strict=True):
        index.catch_up(journal.read)
    return indexes, journals


def digests_of(journal):
    return block_digests(numbers(*journal.alive), np.array(list(journal.alive.values())))


def test_shops_share_a_collection_and_never_see_each_other(shops):
    indexes, journals = shops

    assert len({index._engine.answering().name for index in indexes}) == 1
    for index, journal in zip(indexes, journals, strict=True):
        assert (len(index), index.revision, index.digests()) == (100, 100, digests_of(journal))
        found = index.search(journal.alive[7], 200)
        assert sorted(found.ids.tolist()) == list(range(1, 101))
        assert found.ids[0] == 7
        assert len(index.search(journal.alive[7], 5, numbers(7, 8))) == 2


def test_conditions_hold_for_the_rows_of_the_shop_alone(shops):
    indexes, _ = shops
    where = (Condition("colour", "exact", "colour 0"),)

    assert [len(index.search_where(draw(1)[0], 200, where)) for index in indexes] == [100, 0]


def test_removing_and_replacing_leaves_the_rows_of_the_others(shops):
    (one, two), (first, second) = shops
    first.remove(*range(1, 51))
    first.add([60], draw(1, seed=50))

    one.catch_up(first.read)

    assert one.digests() == digests_of(first)
    assert two.digests() == digests_of(second)


def test_rebuilding_one_shop_keeps_rows_cursor_and_attributes_of_the_others(shops):
    (one, two), (first, second) = shops
    before = two._cursor(5.0)
    second.add([101], draw(1, seed=60), [{"colour": "late"}])

    assert one.rebuild(first.read)

    assert replace(two._cursor(5.0), at=0.0, publisher="") == replace(before, at=0.0, publisher="")
    assert len(two.search_where(draw(1)[0], 200, (Condition("colour", "exact", "colour 1"),))) == 100
    two.catch_up(second.read)
    assert (one.digests(), two.digests()) == (digests_of(first), digests_of(second))


def test_what_another_shop_publishes_while_one_is_rebuilt_is_published_again(shops):
    (one, two), (first, second) = shops

    def read(since):
        if not second.alive.get(101) is not None:
            second.add([101], draw(1, seed=60))
            second.remove(5)
            two.catch_up(second.read)
        yield from first.read(since)

    assert one.rebuild(read)

    two.catch_up(second.read)
    assert two.digests() == digests_of(second)


@pytest.mark.parametrize("old", ["dropped", "still there"])
def test_publisher_that_writes_into_a_collection_while_it_is_replaced_writes_into_the_new_one(old, shops, monkeypatch):
    if old == "still there":
        monkeypatch.setattr(Engine, "drop", lambda self, name: None)
    (one, two), (first, second) = shops
    second.add([101, 102], draw(2, seed=61))
    turns = []

    def read(since):
        turns.append(since)
        for changes in second.read(since):
            if len(turns) == 1:
                assert one.rebuild(first.read)
            yield changes

    two.catch_up(read)

    assert two.digests() == digests_of(second)
    assert two.revision == second.revision


def test_shop_without_rows_keeps_its_cursor(shops):
    (one, two), (first, second) = shops
    second.remove(*range(1, 101))
    two.catch_up(second.read)

    assert one.rebuild(first.read)

    assert (len(two), two.revision) == (0, second.revision)


def test_forgetting_one_shop_leaves_the_others(shops):
    (one, two), (first, second) = shops

    one.forget()

    assert (len(one), one.revision, one.digests()) == (0, 0, {})
    assert two.digests() == digests_of(second)
    one.catch_up(first.read)
    assert one.digests() == digests_of(first)


def test_shop_that_declares_what_others_do_not_gets_its_field_with_a_new_collection(shops, open_shop):
    (one, _), (first, _) = shops
    weight = Attribute("weight", "number")
    third, journal = open_shop("three", replace(SPACE, attributes=(weight,))), Journal()
    journal.add([1, 2], draw(2, seed=9), [{"weight": 3.5}, {"weight": None}])

    third.catch_up(journal.read)
    assert not third.supports_conditions or not third._cursor(5.0).keeps([weight])
    assert "attributes" in third.needs_snapshot()
    third.refresh(journal.read)
    assert third.compact()

    assert third.needs_snapshot() == ""
    assert third.search_where(draw(1)[0], 5, (Condition("weight", "gte", 3),)).ids.tolist() == [1]
    assert one.digests() == digests_of(first)
    assert len(one.search_where(draw(1)[0], 200, (Condition("colour", "exact", "colour 0"),))) == 100
