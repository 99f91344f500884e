"""One shop's rows in whichever collection answers: published, repaired, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from logging import getLogger

from visualsearch.exceptions import CollectionMissing, IndexUnavailable
from visualsearch.indexes.base import Changes, ReadChanges
from visualsearch.indexes.milvus import filters
from visualsearch.indexes.milvus.collection import Collection
from visualsearch.indexes.milvus.engine import Engine
from visualsearch.indexes.milvus.layout import Cursor, cursor_key
from visualsearch.indexes.milvus.publishing import Publisher, check

logger = getLogger(__name__)

SEAL_FROM = 2_000
"""Rows published at once from which they are sealed, so that the engine indexes them now."""

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one shop; the kind is that of the index of a collection that is made for want of one."""

    engine: Engine
    shop: str
    kind: str

    def publish(self, read: ReadChanges) -> None:
        """Publish into the collection that answers, and again where another took its place meanwhile."""
        for _ in range(_TRIES):
            collection = self.engine.answering()
            if collection is None:
                pages = read(0)
                page = next(pages, None)
                if page is None:
                    return
                check(self.engine.space, page)
                collection, read = self._first_collection(), _again(read, page, pages)
            try:
                publisher = self._publisher(collection)
                publisher.catch_up(read)
                if publisher.written >= SEAL_FROM:
                    self.engine.seal(collection.name)
                if self.engine.target(self.engine.alias) == collection.name:
                    return
            except CollectionMissing as error:
                logger.info("The collection was replaced while it was written: %s", error)
        raise IndexUnavailable(f"The collections behind {self.engine.alias} change too often to publish into one.")

    def _publisher(self, collection: Collection) -> Publisher:
        return Publisher(collection, self.shop, lambda: self._first_cursor(collection))

    def _first_cursor(self, collection: Collection) -> Cursor:
        """Return the cursor of a shop that joins others; it has attributes where theirs have fields for all of them."""
        others = list(collection.cursors().values())
        there = {one for cursor in others for one in cursor.attributes}
        own = self.engine.space.attributes if there.issuperset(self.engine.space.attributes) else ()
        return Cursor(attributes=own, kind=others[0].kind if others else "")

    def _first_collection(self) -> Collection:
        """Make the collection of a space that nobody has published, or return that of whoever was quicker."""
        engine = self.engine
        new = engine.create(engine.space.attributes, self.kind)
        Publisher(new, self.shop).move(Cursor(attributes=engine.space.attributes, kind=self.kind))
        if not engine.claim(engine.alias, new.name):
            engine.drop(new.name)
        return engine.answering() or new

    def repair(self, changes: Changes) -> None:
        """Apply changes whatever the collection holds; the cursor stays where it is."""
        check(self.engine.space, changes)
        publisher = self._publisher(self.engine.answering() or self._first_collection())
        publisher.apply(changes, publisher.cursor())

    def forget(self) -> None:
        """Remove the shop's rows and cursor, and the collection if it is nobody else's."""
        collection = self.engine.answering()
        if collection is None:
            return
        if collection.cursors().keys() - {self.shop}:
            # Without its cursor the shop begins anew, whatever is left of its rows.
            collection.remove([cursor_key(self.shop)])
            collection.remove_where(filters.of_shop(self.shop))
        else:
            self.engine.release(self.engine.alias)
            self.engine.drop(collection.name)


def _again(read: ReadChanges, page: Changes, pages: Iterator[Changes]) -> ReadChanges:
    """Return a reader that gives what was read already when it is asked from the beginning for the first time."""
    read_already = [chain([page], pages)]
    return lambda since: read_already.pop() if since == 0 and read_already else read(since)
