"""Transactions in the index's database that end in time, and what their failures mean."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.connection import ConnectionDoesNotExist

from visualsearch.deadline import Deadline
from visualsearch.exceptions import IndexUnavailable
from visualsearch.outages import sqlstate

T = TypeVar("T")
Use = Callable[[CursorWrapper], T]

# A server ends its statements itself; one that says nothing at all is left a moment later.
_GRACE_SECONDS = 0.5
UNDEFINED_TABLE = "42P01"
_SENTENCES = {
    "25006": "The database {alias!r} can only be read: name the primary in PGVECTOR_DATABASE.",
    "42501": "The database {alias!r} refuses the index what it needs ({text}): grant its user CREATE on the schema.",
    "57014": "The index in the database {alias!r} took longer than {seconds:g} s: raise INDEX_SECONDS, or see its log.",
}


class _ConnectionLost(IndexUnavailable):
    """The connection ended before its server answered."""


class Transactions:
    """Runs functions of a cursor on this thread's connection of an alias.

    All of them raise IndexUnavailable when the database cannot be reached, refuses, or takes too long.
    """

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """This thread's connection."""
        try:
            connection = connections[self.alias]
        except ConnectionDoesNotExist as error:
            message = f"PGVECTOR_DATABASE is {self.alias!r}, which is no alias in DATABASES: name one there."
            raise IndexUnavailable(message) from error
        if connection.vendor != "postgresql":
            message = (
                f"The database {self.alias!r} is {connection.display_name}: name a PostgreSQL in PGVECTOR_DATABASE."
            )
            raise IndexUnavailable(message)
        return connection

    def read(self, use: Use[T], seconds: float) -> T:
        """Return what `use` makes of a cursor; whatever it sets for its transaction ends with it."""
        return self._run(use, seconds, keep=False)

    def write(self, use: Use[T], seconds: float | None) -> T:
        """Return what `use` makes of a cursor, and commit; None for as long as it takes.

        It runs twice where the connection turns out to have been lost before.
        """
        return self._run(use, seconds, keep=True)

    @contextmanager
    def outside(self) -> Iterator[CursorWrapper]:
        """Yield a cursor outside any transaction, for statements that take as long as they take."""
        with self._explained(None), self.connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            yield cursor
            cursor.execute("RESET statement_timeout")

    def _run(self, use: Use[T], seconds: float | None, *, keep: bool) -> T:
        connection = self.connection
        try_again = connection.connection is not None and not connection.in_atomic_block
        try:
            return self._once(use, seconds, keep=keep)
        except _ConnectionLost:
            # A server that was started again has dropped its connections, and is there.
            if not try_again:
                raise
        return self._once(use, seconds, keep=keep)

    def _once(self, use: Use[T], seconds: float | None, *, keep: bool) -> T:
        with self._explained(seconds):
            self.connection.ensure_connection()
            with self._watched(seconds), transaction.atomic(self.alias), self.connection.cursor() as cursor:
                try:
                    return self._limited(cursor, use, seconds, keep=keep)
                except (OperationalError, InterfaceError):
                    # Else Django opens a new one at the end of the transaction, however long that takes.
                    self._close_lost()
                    raise

    def _limited(self, cursor: CursorWrapper, use: Use[T], seconds: float | None, *, keep: bool) -> T:
        limit = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
        cursor.execute(limit, [f"{1000 * (seconds or 0):.0f}"])
        before = cursor.fetchone()[0]
        found = use(cursor)
        if keep:
            # What a transaction around this one does later has its own limit.
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
        else:
            transaction.set_rollback(True, self.alias)
        return found

    @contextmanager
    def _watched(self, seconds: float | None) -> Iterator[None]:
        if seconds is None:
            yield
            return
        with Deadline(seconds + _GRACE_SECONDS) as deadline:
            handle = socket.socket(fileno=self.connection.connection.fileno())
            deadline.watch(handle)
            handle.detach()
            try:
                yield
            except (OperationalError, InterfaceError) as error:
                if not deadline.has_passed:
                    raise
                message = f"The database {self.alias!r} of the index did not answer within {seconds:g} s."
                raise IndexUnavailable(message) from error

    @contextmanager
    def _explained(self, seconds: float | None) -> Iterator[None]:
        try:
            with self.connection.wrap_database_errors:
                yield
        except (DatabaseError, InterfaceError) as error:
            if explanation := self._explanation(error, seconds):
                raise explanation from error
            raise

    def _explanation(self, error: Exception, seconds: float | None) -> IndexUnavailable | None:
        text = str(error).strip().split("\n")[0].rstrip(".")
        if known := _SENTENCES.get(sqlstate(error)):
            return IndexUnavailable(known.format(alias=self.alias, text=text, seconds=seconds))
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        self._close_lost()
        kind = IndexUnavailable if self.connection.connection else _ConnectionLost
        return kind(f"The database {self.alias!r} of the index cannot answer: {text}.")

    def _close_lost(self) -> None:
        if (connection := self.connection).connection is not None and connection.connection.closed:
            connection.close()
