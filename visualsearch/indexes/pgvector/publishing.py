"""From pages of changes to the rows of a table, and the cursor that says how far they go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from django.db.backends.utils import CursorWrapper

from visualsearch.exceptions import InvalidVector
from visualsearch.indexes.base import Changes, Space
from visualsearch.indexes.pgvector.tables import State, Tables
from visualsearch.indexes.pgvector.wire import stored_texts

PUBLISH_SECONDS = 300.0
"""How long a page may take, waiting for another publisher included."""

# So many numbers make a statement of some ten megabytes.
_NUMBERS_AT_ONCE = 1 << 20


def check_page(space: Space, changes: Changes) -> None:
    """Raise InvalidVector for vectors that do not fit the space."""
    expected = (len(changes.ids), space.dimensions)
    if changes.vectors.shape != expected:
        message = f"Expected {expected[0]} vectors of {expected[1]} dimensions, got {changes.vectors.shape}."
        raise InvalidVector(message)


def take_in(cursor: CursorWrapper, tables: Tables, changes: Changes, generation: int) -> int:
    """Apply a page that was read for the table of this generation, and return it; 0 when that is not the one now.

    What another publisher has brought further stays: a page holds each row as it was when the page was read, and
    every row that changed since then comes again past the page.
    """
    state = tables.take(cursor)
    if generation not in (0, state.generation):
        return 0
    if changes.revision > state.revision:
        size = state.size + apply(cursor, tables.name(state.generation), changes)
        tables.write(cursor, replace(state, revision=changes.revision, size=size))
    return state.generation


def apply(cursor: CursorWrapper, name: str, changes: Changes) -> int:
    """Make the rows of a table what a page says, and return by how many they have become more."""
    gained = 0
    if len(changes.removed):
        cursor.execute(f"DELETE FROM {name} WHERE id = ANY(%s::bigint[])", [changes.removed.tolist()])  # noqa: S608
        gained -= cursor.rowcount
    # Of an id that stands twice, the last word counts.
    ids, from_the_end = np.unique(changes.ids[::-1], return_index=True)
    vectors = changes.vectors[::-1][from_the_end]
    step = max(1, _NUMBERS_AT_ONCE // changes.vectors.shape[1])
    for start in range(0, len(ids), step):
        part = slice(start, start + step)
        gained += _put(cursor, name, ids[part].tolist(), stored_texts(vectors[part]))
    return gained


def _put(cursor: CursorWrapper, name: str, ids: list[int], vectors: list[str]) -> int:
    cursor.execute(f"SELECT count(*) FROM {name} WHERE id = ANY(%s::bigint[])", [ids])  # noqa: S608
    known: int = cursor.fetchone()[0]
    cursor.execute(
        f"INSERT INTO {name} (id, embedding) SELECT * FROM unnest(%s::bigint[], %s::halfvec[])"  # noqa: S608
        " ON CONFLICT (id) DO UPDATE SET embedding = excluded.embedding"
        f" WHERE {name}.embedding <> excluded.embedding",
        [ids, vectors],
    )
    return len(ids) - known


def recounted(cursor: CursorWrapper, tables: Tables, state: State) -> State:
    """Return the state with the number of rows that are there, whoever put or took them."""
    cursor.execute(f"SELECT count(*) FROM {tables.name(state.generation)}")  # noqa: S608
    return replace(state, size=cursor.fetchone()[0])
