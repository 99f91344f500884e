"""From the journal to a collection: rows first, then the cursor, and nobody's older rows over another's newer ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import uniform
from time import sleep
from uuid import uuid4

from visualsearch.exceptions import IndexUnavailable, InvalidVector
from visualsearch.indexes.base import Changes, ReadChanges, Space
from visualsearch.indexes.milvus.collection import Collection
from visualsearch.indexes.milvus.layout import Cursor, row_key, rows_of

TRIES = 30
"""How often two that publish at once give way to each other."""


class Publisher:
    """Publishes one shop's rows into one collection."""

    def __init__(self, collection: Collection, shop: str, first: Callable[[], Cursor] = Cursor) -> None:
        """`first` returns the cursor of a shop that has none yet."""
        self._collection = collection
        self._shop = shop
        self._first = first
        self._token = uuid4().hex
        self.written = 0
        """Rows that were added or replaced."""

    def catch_up(self, read: ReadChanges) -> None:
        """Write every row past the cursor.

        The engine has no transactions. So each publisher leaves its mark in the cursor before it writes and looks for
        it afterwards: where another's stands, what was written may be older than the other's, and is read anew.
        """
        since = None
        for _ in range(TRIES):
            since = self._publish(read, since)
            if since is None:
                return
            sleep(uniform(0.02, 0.2))  # noqa: S311 - no secret
        raise IndexUnavailable("Another process publishes to the same collection of Milvus; try again later.")

    def _publish(self, read: ReadChanges, since: int | None) -> int | None:
        """Publish until the journal ends; or return the revision to begin again from."""
        cursor = self.cursor()
        if since is not None:
            cursor = replace(cursor, revision=min(since, cursor.revision))
            cursor = self._mark(cursor)
        marked = since is not None
        for changes in read(cursor.revision):
            check(self._collection.space, changes)
            if not marked:
                now = self.cursor()
                if now.revision >= changes.revision:
                    # Another has published all of this page, and perhaps newer states of its rows.
                    cursor = now
                    continue
                if len(changes.ids) or len(changes.removed):
                    cursor, marked = self._mark(cursor), True
            self.apply(changes, cursor)
            if marked and self.cursor().publisher != self._token:
                return cursor.revision
            cursor = replace(cursor, revision=changes.revision)
            self.move(cursor)
        return None

    def _mark(self, cursor: Cursor) -> Cursor:
        marked = replace(cursor, publisher=self._token)
        self.move(marked)
        return marked

    def apply(self, changes: Changes, cursor: Cursor) -> None:
        """Write and remove rows, with the attributes that the collection keeps of them."""
        kept = set(changes.ids.tolist())
        gone = [row_key(self._shop, id) for id in changes.removed.tolist() if id not in kept]
        self._collection.remove(gone)
        self._collection.write(rows_of(self._shop, changes, cursor.attributes))
        self.written += len(changes.ids)

    def cursor(self) -> Cursor:
        """Return how far the shop's rows are."""
        return self._collection.cursor(self._shop) or self._first()

    def move(self, cursor: Cursor) -> None:
        """Write the cursor."""
        self._collection.write([cursor.as_row(self._shop, self._collection.space.dimensions)])


def check(space: Space, changes: Changes) -> None:
    """Raise InvalidVector for changes that do not fit the space."""
    if changes.vectors.shape != (len(changes.ids), space.dimensions):
        raise InvalidVector(
            f"Expected {len(changes.ids)} vectors of {space.dimensions} dimensions, got {changes.vectors.shape}."
        )
