"""From a query to the nearest rows of a table: exactly, or by its index and as many rows as it takes."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import numpy as np
from django.db.backends.utils import CursorWrapper

from visualsearch.indexes.base import Matches, RowsQuery
from visualsearch.indexes.pgvector.tables import State
from visualsearch.indexes.pgvector.wire import query_text
from visualsearch.vectors import Ids, Vectors

# A comparison costs a twentieth of what a step along an index does, which needs the more steps the fewer rows may be
# found: both cost the same where so many times k times the number of vectors is the square of the allowed rows. To read
# from the shop's tables which rows these are costs three comparisons more.
_STEP_COST = 20
_STEP_COST_JOINED = 5
# PostgreSQL may be so far from the truth when it tells how many rows a filter leaves, which nobody has counted.
_TRUSTED = 2
# An index compares with the query at half precision, and comes to some rows after others that are farther away: among
# twice as many as are asked, and a few, are nearly all of the nearest.
_OVERFETCH = 2
_SPARE = 10
MOST_EF = 1000
"""The most that pgvector takes for `hnsw.ef_search`."""
# In strict order HNSW leaves out what it comes to late; the order is made here.
_SETTINGS = {
    "hnsw": {"hnsw.ef_search": "{effort}", "hnsw.iterative_scan": "relaxed_order", "hnsw.max_scan_tuples": "{most}"},
    "ivfflat": {"ivfflat.probes": "{effort}", "ivfflat.iterative_scan": "relaxed_order"},
}
_MOST_PROBES = 32_768
# Other plans compare with every row.
_PLAN = {"enable_sort": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}


class Where(NamedTuple):
    """A condition on the rows."""

    sql: str = ""
    params: tuple[Any, ...] = ()
    size: int | None = None
    """About how many rows it leaves; None for all."""


class Table(NamedTuple):
    """The table of a space, and the query to compare its rows with."""

    name: str
    dimensions: int
    state: State
    vector: Vectors
    k: int

    @property
    def score(self) -> str:
        """The exact rule, as `scores.cosines` has it: the index knows no such expression, and is not used for it."""
        return f"-(embedding::vector({self.dimensions}) <#> %s::vector)"

    def few(self, step_cost: int) -> int:
        """So many allowed rows, or fewer, are compared one by one sooner than an index finds them."""
        return max(self.k, int((step_cost * self.k * self.state.size) ** 0.5))


def nearest(cursor: CursorWrapper, table: Table, allowed: Ids | None) -> Matches:
    """Return the `k` nearest rows of all, or of the allowed."""
    where = Where() if allowed is None else Where("WHERE id = ANY(%s::bigint[])", (allowed.tolist(),), len(allowed))
    if table.state.kind == "exact" or (allowed is not None and len(allowed) <= table.few(_STEP_COST)):
        return _exactly(cursor, table, where)
    return by_index(cursor, table, where)


def nearest_joined(cursor: CursorWrapper, table: Table, rows: RowsQuery) -> Matches:
    """Return the `k` nearest of the rows that a query selects."""
    where = Where(f"WHERE id IN ({rows.sql})", rows.params)
    if table.state.kind == "exact":
        return _exactly(cursor, table, where)
    size, few = _estimated(cursor, rows), table.few(_STEP_COST_JOINED)
    if size <= _TRUSTED * few and (found := _if_few(cursor, table, rows, few)) is not None:
        return found
    checking = rows.checking or rows
    where = Where(f"WHERE id IN ({checking.sql})", checking.params, max(size, few))
    return by_index(cursor, table, where)


def _exactly(cursor: CursorWrapper, table: Table, where: Where) -> Matches:
    cursor.execute(
        f"SELECT id, {table.score} AS score FROM {table.name} {where.sql}"  # noqa: S608
        " ORDER BY score DESC, id LIMIT %s",
        [query_text(table.vector), *where.params, table.k],
    )
    return _matches(cursor.fetchall())


def _if_few(cursor: CursorWrapper, table: Table, rows: RowsQuery, few: int) -> Matches | None:
    """Return the nearest of the rows by comparing with each, None where they are many; reads no more than it must.

    An array makes PostgreSQL look each row up: it does not know how few they are, and would read the whole table.
    """
    cursor.execute(
        f"WITH allowed AS MATERIALIZED (SELECT id FROM ({rows.sql}) AS rows (id) LIMIT {few + 1}),"  # noqa: S608
        " counted AS MATERIALIZED (SELECT count(*) AS number FROM allowed)"
        " SELECT nearest.id, nearest.score, counted.number FROM counted LEFT JOIN LATERAL ("
        f"SELECT id, {table.score} AS score FROM {table.name} WHERE counted.number <= {few}"
        " AND id = ANY(ARRAY(SELECT id FROM allowed)) ORDER BY score DESC, id LIMIT %s) AS nearest ON true",
        [*rows.params, query_text(table.vector), table.k],
    )
    found = cursor.fetchall()
    if found[0][2] > few:
        return None
    return _matches([(id, score) for id, score, _ in found if id is not None])


def _estimated(cursor: CursorWrapper, rows: RowsQuery) -> int:
    """Return how many rows PostgreSQL thinks that a query selects."""
    cursor.execute(f"EXPLAIN (FORMAT JSON) {rows.sql}", rows.params)
    plan = cursor.fetchone()[0]
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])


def by_index(cursor: CursorWrapper, table: Table, where: Where) -> Matches:
    """Return the `k` nearest rows that the table's index finds, and all that can be had where it finds too few."""
    enough = _OVERFETCH * table.k + _SPARE
    _prepare(cursor, table.state, enough, where.size)
    query = query_text(table.vector)
    cursor.execute(
        # Rows that tie with the last must take part in the order by id.
        f"WITH near AS MATERIALIZED (SELECT id, embedding FROM {table.name} {where.sql}"  # noqa: S608
        f" ORDER BY embedding <#> %s::halfvec({table.dimensions}) FETCH FIRST {enough} ROWS WITH TIES)"
        f" SELECT id, {table.score} AS score FROM near ORDER BY score DESC, id LIMIT %s",
        [*where.params, query, query, table.k],
    )
    found = cursor.fetchall()
    # An index ends its search somewhere; what it did not come to is found by comparing with all.
    if len(found) < min(table.k, table.state.size):
        _set(cursor, dict.fromkeys(_PLAN, "on"))
        return _exactly(cursor, table, where)
    return _matches(found)


def _prepare(cursor: CursorWrapper, state: State, enough: int, size: int | None) -> None:
    """Set for this transaction how far the index looks."""
    if state.kind == "hnsw":
        # It finds no more at once than it makes an effort.
        effort = min(max(state.effort, enough), MOST_EF)
    else:
        # Fewer rows lie farther apart, so their nearest are spread over more lists.
        share = min(size or state.size, state.size) / max(1, state.size)
        effort = min(math.ceil(state.effort / math.sqrt(share or 1.0)), _MOST_PROBES)
    values = {"effort": effort, "most": max(20_000, state.size // 10)}
    _set(cursor, {name: value.format(**values) for name, value in (_SETTINGS[state.kind] | _PLAN).items()})


def _set(cursor: CursorWrapper, settings: dict[str, str]) -> None:
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    cursor.execute(f"SELECT {calls}", [part for setting in settings.items() for part in setting])


def _matches(rows: list[tuple[int, float]]) -> Matches:
    return Matches(
        ids=np.array([id for id, _ in rows], np.int64), scores=np.array([score for _, score in rows], np.float32)
    )
