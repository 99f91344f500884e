"""From a table of vectors to an index over them, built while the shop goes on, and how far it must look."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from logging import getLogger

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.pgvector.nearest import MOST_EF, Table, Where, by_index
from visualsearch.indexes.pgvector.publishing import PUBLISH_SECONDS
from visualsearch.indexes.pgvector.stored import LONG_SECONDS, StoredRows
from visualsearch.indexes.pgvector.tables import State, Tables, next_number
from visualsearch.indexes.pgvector.transactions import Transactions
from visualsearch.indexes.recall import Sample, take_sample

logger = getLogger(__name__)

KINDS = ("hnsw", "ivfflat", "exact")
"""What PGVECTOR_KIND may say."""

# Where twice as many vectors lie, lists are too long, and the effort is another.
_OUTGROWN = 2
_HNSW = "m = 16, ef_construction = 128"
_ROWS_A_LIST = 1000
_SAMPLED = 100
# A photo of something that no row shows may lie between all that a graph has joined, and no effort finds the rows that
# are nearest to it by a hair. Pictures that were left out of a graph needed up to twice what rows with noise do.
_RESERVE = 2
_LEAST_EF = 40
_STEP = 1.6


def wanted_kind(size: int) -> str:
    """Return the kind of index that so many vectors are searched with."""
    settings = get_settings()
    return settings.pgvector_kind if size >= settings.ivf_from else "exact"


def reason_to_build(state: State) -> str:
    """Say in one sentence why an index should be built or measured; empty when there is no reason."""
    kind = wanted_kind(state.size)
    # Below that number an index that is there does no harm.
    if kind != state.kind and (kind != "exact" or get_settings().pgvector_kind == "exact"):
        return f"{state.size} vectors are to be searched by {kind}, and are by {state.kind}."
    if state.kind != "exact" and state.size >= _OUTGROWN * state.built:
        return f"{state.size} vectors are there, and were {state.built} when the index was measured."
    return ""


def build_live(transactions: Transactions, tables: Tables) -> bool:
    """Build what the vectors of a space need, and return whether it was done: False when another process is at it.

    Neither searches nor publishing wait for it; until it is measured, searches go on as they did.
    """
    with alone(transactions, tables) as is_alone:
        if not is_alone:
            return False
        state = transactions.write(partial(_begin, tables), PUBLISH_SECONDS)
        if state.generation:
            _create_live(transactions, tables.name(state.generation), wanted_kind(state.size), state.size)
            built = _measured(transactions, tables, replace(state, kind=wanted_kind(state.size)))
            transactions.write(partial(_take_note, tables, built), PUBLISH_SECONDS)
        return True


def _begin(tables: Tables, cursor: CursorWrapper) -> State:
    state = tables.hold(cursor)
    tables.drop_others(cursor, state.generation)
    if state.kind != wanted_kind(state.size):
        # While two kinds of index are there, nobody knows which of them PostgreSQL takes.
        state = replace(state, kind="exact")
        tables.write(cursor, state)
    return state


def _create_live(transactions: Transactions, name: str, kind: str, size: int) -> None:
    with transactions.outside() as cursor:
        # Lists are made anew for the vectors that are there now; a graph grows with them.
        found = _indexes(cursor, name) if kind == "hnsw" else []
        kept = [index for index, of, is_valid in found if of == kind and is_valid]
        if kind != "exact" and not kept:
            kept = [_create(cursor, name, kind, size, "CONCURRENTLY")]
        for index, _, _ in _indexes(cursor, name):
            if index not in kept:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")


def _take_note(tables: Tables, built: State, cursor: CursorWrapper) -> None:
    now = tables.hold(cursor)
    if now.generation == built.generation:
        noted = replace(now, kind=built.kind, effort=built.effort, recall=built.recall, built=built.built)
        tables.write(cursor, noted)


def build_aside(transactions: Transactions, tables: Tables, state: State) -> State:
    """Build what the vectors of a table need that nobody searches yet."""
    kind = wanted_kind(state.size)
    if kind != "exact":
        name = tables.name(state.generation)
        transactions.write(lambda cursor: _create(cursor, name, kind, state.size, ""), None)
    return _measured(transactions, tables, replace(state, kind=kind))


def _create(cursor: CursorWrapper, name: str, kind: str, size: int, how: str) -> str:
    index = f"{name}_{kind}_{next_number(cursor)}"
    options = _HNSW if kind == "hnsw" else f"lists = {_lists(size)}"
    cursor.execute(f"CREATE INDEX {how} {index} ON {name} USING {kind} (embedding halfvec_ip_ops) WITH ({options})")
    return index


def _lists(size: int) -> int:
    """As pgvector advises: a thousand vectors a list, and fewer lists than that where they are very many."""
    return max(1, round(min(size / _ROWS_A_LIST, math.sqrt(size))))


def _indexes(cursor: CursorWrapper, name: str) -> list[tuple[str, str, bool]]:
    """Return name, kind and state of the indexes over the vectors; a build that was broken off leaves one unusable."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, amname, indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid"
        " JOIN pg_am ON pg_am.oid = relam WHERE indrelid = %s::regclass AND amname IN ('hnsw', 'ivfflat')",
        [name],
    )
    return [(index, kind, is_valid) for index, kind, is_valid in cursor.fetchall()]


def _measured(transactions: Transactions, tables: Tables, state: State) -> State:
    """Return the state with the least effort that finds what RECALL_TARGET asks for."""
    if state.kind == "exact":
        return replace(state, effort=0, recall=1.0, built=state.size)
    name, dimensions = tables.name(state.generation), tables.space.dimensions
    sample = transactions.read(
        lambda cursor: take_sample(StoredRows(cursor, name, dimensions, state.size), _SAMPLED), LONG_SECONDS
    )
    state = replace(state, built=state.size)
    for effort in _efforts(state):
        state = replace(state, effort=effort, recall=_recall(transactions, name, replace(state, effort=effort), sample))
        if state.recall >= get_settings().recall_target:
            break
    if state.kind == "hnsw":
        state = replace(state, effort=min(_RESERVE * state.effort, MOST_EF))
    logger.info("%s finds %.4f of the nearest in %s with %d.", state.kind, state.recall, name, state.effort)
    return state


def _efforts(state: State) -> Iterator[int]:
    least, most = (_LEAST_EF, MOST_EF) if state.kind == "hnsw" else (1, _lists(state.size))
    effort = float(least)
    while effort < most:
        yield int(effort)
        effort *= _STEP if effort > 1 else 2
    yield most


def _recall(transactions: Transactions, name: str, state: State, sample: Sample) -> float:
    def scores(cursor: CursorWrapper) -> list[NDArray[np.float32]]:
        dimensions = sample.queries.shape[1]
        tables = (Table(name, dimensions, state, query, sample.k) for query in sample.queries)
        return [by_index(cursor, table, Where()).scores for table in tables]

    found = sample.shares(np.array(transactions.read(scores, LONG_SECONDS)))
    return min(found[:2] if state.kind == "hnsw" else found)


@contextmanager
def alone(transactions: Transactions, tables: Tables) -> Iterator[bool]:
    """Yield whether nobody else builds for the space until this ends; a connection that is lost gives the lock back."""
    is_alone = transactions.write(partial(_ask, "pg_try_advisory_lock", tables.lock), PUBLISH_SECONDS)
    try:
        yield is_alone
    finally:
        if is_alone:
            with suppress(IndexUnavailable):
                transactions.write(partial(_ask, "pg_advisory_unlock", tables.lock), PUBLISH_SECONDS)


def _ask(function: str, number: int, cursor: CursorWrapper) -> bool:
    cursor.execute(f"SELECT {function}(%s)", [number])
    return bool(cursor.fetchone()[0])
