"""From the whole journal to a new table beside the old one, and the moment in which it takes its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from logging import getLogger
from typing import TypeVar

from django.db.backends.utils import CursorWrapper

from visualsearch.indexes.base import Changes, ReadChanges
from visualsearch.indexes.pgvector.building import alone, build_aside
from visualsearch.indexes.pgvector.publishing import PUBLISH_SECONDS, apply, check_page
from visualsearch.indexes.pgvector.tables import State, Tables
from visualsearch.indexes.pgvector.transactions import Transactions, Use

logger = getLogger(__name__)
T = TypeVar("T")


def rebuild(transactions: Transactions, tables: Tables, read: ReadChanges) -> bool:
    """Fill a new table from the whole journal, build its index and let it take the old one's place.

    Searches and publishing go on with the old one until then. False when another process is building for the space.
    """
    with alone(transactions, tables) as is_alone:
        return is_alone and _Rebuild(transactions, tables, read).run()


class _Rebuild:
    def __init__(self, transactions: Transactions, tables: Tables, read: ReadChanges) -> None:
        self._transactions, self._tables, self._read = transactions, tables, read

    def run(self) -> bool:
        before, fresh = self._write(self._begin)
        try:
            fresh = self._filled(fresh, self._read(0))
            fresh = build_aside(self._transactions, self._tables, fresh)
            # What was written during the build; the little that comes during this is read while publishers wait.
            fresh = self._filled(fresh, self._read(fresh.revision))
            return self._write(partial(self._switch, before.generation, fresh))
        finally:
            self._write(lambda cursor: self._tables.drop_others(cursor, self._tables.hold(cursor).generation))

    def _write(self, use: Use[T]) -> T:
        return self._transactions.write(use, PUBLISH_SECONDS)

    def _begin(self, cursor: CursorWrapper) -> tuple[State, State]:
        before = self._tables.take(cursor)
        self._tables.drop_others(cursor, before.generation)
        return before, State(generation=self._tables.create(cursor))

    def _filled(self, state: State, pages: Iterable[Changes]) -> State:
        for changes in pages:
            state = self._write(partial(self._applied, state, changes))
        return state

    def _applied(self, state: State, changes: Changes, cursor: CursorWrapper) -> State:
        check_page(self._tables.space, changes)
        gained = apply(cursor, self._tables.name(state.generation), changes)
        return replace(state, revision=changes.revision, size=state.size + gained)

    def _switch(self, generation: int, fresh: State, cursor: CursorWrapper) -> bool:
        if self._tables.hold(cursor).generation != generation:
            logger.warning("The space was forgotten, or built anew by another process: this table is not needed.")
            return False
        # With what others have published meanwhile, searches lose nothing at this moment.
        for changes in self._read(fresh.revision):
            fresh = self._applied(fresh, changes, cursor)
        self._tables.write(cursor, fresh)
        return True
