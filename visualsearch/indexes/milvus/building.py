"""From rows to a new collection beside the one that answers, and the switch to it; other shops' rows go along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from logging import getLogger
from time import sleep, time

import numpy as np

from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.base import Attribute, Changes, ReadChanges
from visualsearch.indexes.milvus import filters
from visualsearch.indexes.milvus.collection import Collection
from visualsearch.indexes.milvus.engine import Engine
from visualsearch.indexes.milvus.layout import Cursor, age_of, field_of
from visualsearch.indexes.milvus.publishing import Publisher, check
from visualsearch.vectors import Ids

logger = getLogger(__name__)

SILENT_SECONDS = 600.0
"""A builder that wrote nothing for so long is dead; a collection that nothing names for so long was left behind."""


class Builder:
    """Makes a new collection for one shop's sake."""

    def __init__(self, engine: Engine, shop: str, kind: str, grace: float) -> None:
        """`grace` is how many seconds a search may take, in which the old collection must stay."""
        self._engine = engine
        self._shop = shop
        self._kind = kind
        self._grace = grace

    def build(self, read: ReadChanges) -> bool:
        """Write the shop's rows anew from the journal, and copy the others'; False when another is building."""
        old, attributes = self._engine.answering(), self._engine.space.attributes
        others = {shop: one for shop, one in (old.cursors() if old else {}).items() if shop != self._shop}
        declared = {*attributes, *(one for cursor in others.values() for one in cursor.attributes)}
        with self._building(old, declared) as new:
            if new is None:
                return False
            counts = {self._shop: self._fill(new, read)}
            if old:
                counts |= {shop: _copy(old, new, shop, replace(c, kind=self._kind)) for shop, c in others.items()}
            self._engine.finish(new.name)
            _verify(new, counts)
            before = self._engine.switch(new.name)
        logger.info("Milvus answers from %s, made beside %s.", new.name, before or "nothing")
        self._drop_later(before)
        return True

    def _fill(self, new: Collection, read: ReadChanges) -> int:
        """Write the shop's rows; returns how many must be there."""
        publisher, tally = Publisher(new, self._shop), _Tally()
        cursor = Cursor(attributes=self._engine.space.attributes, kind=self._kind)
        publisher.move(cursor)
        for changes in tally.counting(_until_end(read)):
            check(new.space, changes)
            publisher.apply(changes, cursor)
            cursor = replace(cursor, revision=changes.revision)
            publisher.move(cursor)
        return tally.alive()

    @contextmanager
    def _building(self, old: Collection | None, attributes: set[Attribute]) -> Iterator[Collection | None]:
        """Make a collection that this builder alone is at; None where another builds, or has switched meanwhile."""
        self._end_dead_builder()
        new = self._engine.create(attributes, self._kind)
        if not self._engine.claim(self._engine.building, new.name):
            self._engine.drop(new.name)
            yield None
            return
        is_kept = False
        try:
            is_kept = self._engine.target(self._engine.alias) == (old.name if old else "")
            yield new if is_kept else None
        except BaseException:
            # The switch may have been made, and its answer lost.
            is_kept = self._engine.target(self._engine.alias) == new.name
            raise
        finally:
            self._engine.release(self._engine.building)
            if not is_kept:
                self._engine.drop(new.name)

    def _end_dead_builder(self) -> None:
        name = self._engine.target(self._engine.building)
        if not name:
            return
        if name == self._engine.target(self._engine.alias):
            self._engine.release(self._engine.building)
            return
        written = [cursor.at for cursor in self._engine.collection(name).cursors().values()]
        if min(age_of(name), time() - max(written, default=0.0)) > SILENT_SECONDS:
            logger.warning("Whoever was building %s is silent; it is begun anew.", name)
            self._engine.release(self._engine.building)
            self._engine.drop(name)

    def _drop_later(self, name: str) -> None:
        if name:
            # Searches that run on it now end first: none takes longer.
            sleep(self._grace)
            self._engine.drop(name)


def left_behind(engine: Engine) -> list[str]:
    """Return the collections of a space that no alias names, of builders that were killed."""
    named = {engine.target(alias) for alias in (engine.alias, engine.building)}
    return [name for name in engine.names() if name not in named and age_of(name) > SILENT_SECONDS]


def _until_end(read: ReadChanges) -> Iterator[Changes]:
    """Read the journal from its beginning, and what was written meanwhile, until nothing is new."""
    since, pages = -1, read(0)
    while True:
        reached = since
        for changes in pages:
            reached = changes.revision
            yield changes
        if reached == since:
            return
        since, pages = reached, read(reached)


def _copy(old: Collection, new: Collection, shop: str, cursor: Cursor) -> int:
    """Copy a shop's cursor and then its rows: what is written meanwhile lies past the cursor and is published again."""
    publisher = Publisher(new, shop)
    publisher.move(cursor)
    before, count = old.cursor(shop) or Cursor(), 0
    kept = {field_of(one): None for one in cursor.attributes}
    had = [field_of(one) for one in before.attributes if one in cursor.attributes]
    for page in old.entities(filters.of_shop(shop), ["shop", "vector", *had]):
        vectors = old.as_stored(page)
        new.write([kept | row | {"vector": v, "cursor": None} for row, v in zip(page, vectors, strict=True)])
        publisher.move(cursor)
        count += len(page)
    return count


def _verify(new: Collection, counts: dict[str, int]) -> None:
    for shop, count in counts.items():
        found = new.count(filters.of_shop(shop))
        if found != count:
            raise IndexUnavailable(f"Milvus holds {found} rows of a new collection into which {count} were written.")


class _Tally:
    """Counts the rows that are there after changes, without keeping a Python object for each."""

    def __init__(self) -> None:
        self._ids: list[Ids] = []
        self._there: list[np.ndarray] = []

    def counting(self, pages: Iterator[Changes]) -> Iterator[Changes]:
        for changes in pages:
            self._ids += [changes.removed, changes.ids]
            self._there += [np.zeros(len(changes.removed), np.bool_), np.ones(len(changes.ids), np.bool_)]
            yield changes

    def alive(self) -> int:
        if not self._ids:
            return 0
        ids, there = np.concatenate(self._ids)[::-1], np.concatenate(self._there)[::-1]
        return int(there[np.unique(ids, return_index=True)[1]].sum())
