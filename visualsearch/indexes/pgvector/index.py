"""The index in PostgreSQL: one for all processes, joined with the shop's own tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from logging import getLogger
from typing import TypeVar

import numpy as np
from django.db import DEFAULT_DB_ALIAS, ProgrammingError
from django.db.backends.utils import CursorWrapper

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable, JournalRewound
from visualsearch.indexes.base import Changes, Index, IndexStatus, Matches, ReadChanges, RowsQuery, Space
from visualsearch.indexes.pgvector.building import build_live, reason_to_build
from visualsearch.indexes.pgvector.nearest import Table, nearest, nearest_joined
from visualsearch.indexes.pgvector.publishing import PUBLISH_SECONDS, apply, check_page, recounted, take_in
from visualsearch.indexes.pgvector.rebuilding import rebuild
from visualsearch.indexes.pgvector.stored import LONG_SECONDS, StoredRows
from visualsearch.indexes.pgvector.tables import State, Tables, is_created
from visualsearch.indexes.pgvector.transactions import UNDEFINED_TABLE, Transactions
from visualsearch.indexes.scores import check_query
from visualsearch.outages import sqlstate
from visualsearch.vectors import Ids, Vectors

logger = getLogger(__name__)
T = TypeVar("T")

MOST_DIMENSIONS = 4_000
"""What pgvector can build an index over at half precision."""


class PgvectorIndex(Index):
    """Half-precision vectors in a table of PostgreSQL, with an index over them when they are many."""

    name = "pgvector"
    shared = True
    supports_join = True

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        if space.dimensions > MOST_DIMENSIONS:
            raise IndexUnavailable(
                f"pgvector searches vectors of {MOST_DIMENSIONS} dimensions at most, and {space.fingerprint} makes"
                f" {space.dimensions}: set INDEX to 'faiss' or 'milvus', or take another embedder."
            )
        alias = get_settings().pgvector_database
        self.supports_join = alias == DEFAULT_DB_ALIAS
        self._transactions = Transactions(alias)
        self._tables = Tables(space)

    @property
    def revision(self) -> int:
        return self._state().revision

    def __len__(self) -> int:
        return self._state().size

    def _state(self) -> State:
        return self._read(lambda cursor, state: state, State())

    def _read(self, use: Callable[[CursorWrapper, State], T], nothing: T, seconds: float | None = None) -> T:
        """Return what `use` makes of what was published, or `nothing` where nothing was."""

        def used(cursor: CursorWrapper) -> T:
            state = self._tables.read(cursor)
            return use(cursor, state) if state.generation else nothing

        seconds = seconds or get_settings().index_seconds
        for _ in range(2):
            try:
                return self._transactions.read(used, seconds)
            except ProgrammingError as error:
                if sqlstate(error) != UNDEFINED_TABLE:
                    raise
            if not self._transactions.read(is_created, seconds):
                return nothing
            # A rebuild has dropped the table since the state was read; the next look finds the new one.
        raise IndexUnavailable("The index in PostgreSQL is being rebuilt; try again in a moment.")

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        query = check_query(self.space, vector, k)
        return self._search(query, k, lambda cursor, table: nearest(cursor, table, allowed))

    def search_joined(self, vector: Vectors, k: int, rows: RowsQuery) -> Matches:
        query = check_query(self.space, vector, k)
        return self._search(query, k, lambda cursor, table: nearest_joined(cursor, table, rows))

    def _search(self, query: Vectors, k: int, use: Callable[[CursorWrapper, Table], Matches]) -> Matches:
        none = Matches(ids=np.empty(0, np.int64), scores=np.empty(0, np.float32))

        def search(cursor: CursorWrapper, state: State) -> Matches:
            return use(cursor, Table(self._name(state), self.space.dimensions, state, query, k))

        return self._read(search, none)

    def _name(self, state: State) -> str:
        return self._tables.name(state.generation)

    def catch_up(self, read: ReadChanges) -> None:
        try:
            self._take_in(read)
        except JournalRewound as error:
            logger.warning("The index begins anew: %s", error)
            if not self.rebuild(read):
                raise IndexUnavailable(
                    "Another process builds the index in PostgreSQL anew; try again later."
                ) from error

    def _take_in(self, read: ReadChanges) -> None:
        state = self._state()
        generation = state.generation
        for changes in read(state.revision):
            check_page(self.space, changes)
            put = partial(take_in, tables=self._tables, changes=changes, generation=generation)
            generation = self._transactions.write(put, PUBLISH_SECONDS)
            if not generation:
                # Another process has put a new table in place, and its pages are read from its own cursor on.
                return

    def repair(self, changes: Changes) -> None:
        check_page(self.space, changes)

        def mend(cursor: CursorWrapper) -> None:
            state = self._tables.take(cursor)
            apply(cursor, self._name(state), changes)
            self._tables.write(cursor, recounted(cursor, self._tables, state))

        self._transactions.write(mend, PUBLISH_SECONDS)

    def digests(self) -> dict[int, str]:
        def digest(cursor: CursorWrapper, state: State) -> dict[int, str]:
            return StoredRows(cursor, self._name(state), self.space.dimensions, state.size).digests()

        return self._read(digest, {}, LONG_SECONDS)

    def rebuild(self, read: ReadChanges) -> bool:
        return rebuild(self._transactions, self._tables, read)

    def needs_snapshot(self) -> str:
        return reason_to_build(self._state())

    def compact(self) -> bool:
        if not reason_to_build(self._state()):
            return False
        if self._transactions.connection.in_atomic_block:
            logger.warning("Within a transaction no index is built beside what is searched; it is left for later.")
            return False
        return build_live(self._transactions, self._tables)

    def forget(self) -> None:
        self._transactions.write(self._tables.forget, PUBLISH_SECONDS)

    def status(self) -> IndexStatus:
        def measure(cursor: CursorWrapper, state: State) -> tuple[State, int]:
            cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [self._name(state)])
            return state, cursor.fetchone()[0]

        state, size = self._read(measure, (State(), 0))
        details = {"database": self._transactions.alias, "bytes": size}
        if state.generation:
            details["table"] = self._name(state)
        if state.kind != "exact":
            name = "hnsw.ef_search" if state.kind == "hnsw" else "ivfflat.probes"
            details |= {name: state.effort, "recall": state.recall, "measured at": state.built}
        return IndexStatus(
            name=self.name,
            kind=state.kind,
            why=_why(state),
            revision=state.revision,
            size=state.size,
            details=details,
        )


def _why(state: State) -> str:
    settings = get_settings()
    if state.kind != "exact":
        return "There are enough vectors for an index in PostgreSQL; rows that it does not come to are all compared."
    if settings.pgvector_kind == "exact":
        return "PGVECTOR_KIND is 'exact', so every row is compared."
    if state.size < settings.ivf_from:
        return f"Fewer than {settings.ivf_from} vectors (IVF_FROM) are there, so all are compared."
    return "No worker has built the index over the vectors yet, so all are compared."
