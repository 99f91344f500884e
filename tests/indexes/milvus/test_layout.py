from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.indexes.journal import ATTRIBUTES, SPACE, draw, numbers
from visualsearch.indexes import Changes
from visualsearch.indexes.milvus.layout import Cursor, alias_of, as_halves, field_of, ids_of, row_key, rows_of, stored


def test_keys_rise_as_ids_do_and_tell_them():
    ids = [0, 7, 4_096, 2**40, 2**62]

    keys = [row_key("shop-1", id) for id in ids]

    assert keys == sorted(keys)
    assert ids_of(keys).tolist() == ids


def test_spaces_have_aliases_of_their_own():
    spaces = [
        SPACE,
        replace(SPACE, source="shop_product"),
        replace(SPACE, fingerprint="other"),
        replace(SPACE, dimensions=9),
    ]

    assert len({alias_of(space) for space in spaces}) == len(spaces)


def test_cursor_is_read_as_it_was_written():
    cursor = Cursor(revision=2**60, publisher="p", attributes=ATTRIBUTES, kind="FLAT")

    read = Cursor.read(cursor.as_row("s", 8)["cursor"])

    assert read.at > 0
    assert replace(read, at=0.0) == cursor


@pytest.mark.parametrize(
    ("number", "value", "expected"),
    [
        (0, "red", "red"),
        (0, 3, None),
        (0, None, None),
        (1, 3, 3.0),
        (1, True, None),
        (1, float("nan"), None),
        (1, "3", None),
        (2, True, True),
        (2, 1, None),
    ],
)
def test_value_of_another_kind_is_kept_as_none(number, value, expected):
    kept = stored(ATTRIBUTES[number], value)

    assert (kept, type(kept)) == (expected, type(expected))


def test_rows_have_an_id_once_as_it_comes_last_and_every_field():
    first, last = draw(2)
    changes = Changes(revision=1, ids=numbers(5, 6, 5), vectors=np.array([first, first, last]), removed=numbers())

    rows = rows_of("s", changes, ATTRIBUTES)

    assert [row["id"] for row in rows] == [row_key("s", 5), row_key("s", 6)]
    assert (rows[0]["vector"] == last).all()
    assert all(row[field_of(one)] is None for row in rows for one in ATTRIBUTES)


def test_vectors_are_halves_again_however_an_engine_gives_them_back():
    vectors = draw(3)

    floats, halves = vectors.astype(np.float32).tolist(), [vector.tobytes() for vector in vectors]

    assert (as_halves(floats, 8) == vectors).all()
    assert (as_halves(halves, 8) == vectors).all()
    assert as_halves([], 8).shape == (0, 8)
