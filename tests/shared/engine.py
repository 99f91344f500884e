"""A shared index that tests can look into and switch off: one store for all handles, as a server is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from visualsearch.exceptions import IndexUnavailable, JournalRewound
from visualsearch.indexes import Changes, Condition, Index, IndexStatus, Matches, ReadChanges, Space, block_digests
from visualsearch.indexes.rows import Rows
from visualsearch.indexes.scores import check_query
from visualsearch.search.fallback import _pauses as fallback_pauses
from visualsearch.sync.publish import _pauses as publish_pauses
from visualsearch.vectors import Ids, Vectors

NAME = "tests.shared.engine.EngineIndex"


@dataclass
class Store:
    """What the engine holds of one space."""

    rows: Rows
    revision: int = 0
    attributes: dict[int, dict[str, Any]] = field(default_factory=dict)


class EngineIndex(Index):
    """Exact, in this process, and gone when it is told to be."""

    name = "engine"
    shared = True
    supports_conditions = True
    stores: ClassVar[dict[Space, Store]] = {}
    is_down: ClassVar[bool] = False
    asked: ClassVar[list[str]] = []
    """Which way each search went."""

    @classmethod
    def reset(cls) -> None:
        """Begin as an engine that was just installed."""
        cls.stores.clear()
        cls.asked.clear()
        cls.is_down = False

    @property
    def _store(self) -> Store:
        if self.is_down:
            raise IndexUnavailable("The engine cannot be reached: start it.")
        return self.stores.setdefault(self.space, Store(Rows(self.space.dimensions)))

    @property
    def revision(self) -> int:
        return self._store.revision

    def __len__(self) -> int:
        return len(self._store.rows.view)

    def catch_up(self, read: ReadChanges) -> None:
        try:
            for changes in read(self._store.revision):
                self.repair(changes)
                self._store.revision = changes.revision
        except JournalRewound:
            self.rebuild(read)

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        self.asked.append("everything" if allowed is None else "ids")
        query = check_query(self.space, vector, k)
        return self._store.rows.view.nearest(query, k, None if allowed is None else np.unique(allowed))

    def search_where(self, vector: Vectors, k: int, conditions: tuple[Condition, ...]) -> Matches:
        store = self._store
        fitting = [row for row, values in store.attributes.items() if all(_holds(one, values) for one in conditions)]
        self.asked.append("conditions")
        query = check_query(self.space, vector, k)
        return store.rows.view.nearest(query, k, np.unique(np.array(fitting, np.int64)))

    def digests(self) -> dict[int, str]:
        view = self._store.rows.view
        return block_digests(view.sorted_ids, view.gather(slice(None)))

    def rebuild(self, read: ReadChanges) -> bool:
        del self.stores[self.space]
        self.catch_up(read)
        return True

    def repair(self, changes: Changes) -> None:
        store = self._store
        store.rows.apply(changes)
        store.attributes |= dict(zip(changes.ids.tolist(), map(dict, changes.attributes), strict=False))

    def status(self) -> IndexStatus:
        return IndexStatus(
            name=self.name, kind="exact", why="It is one.", revision=self.revision, size=len(self), details={}
        )


def be_patient_no_more() -> None:
    """Let an engine that failed a moment ago be asked again at once."""
    publish_pauses.clear()
    fallback_pauses.clear()


def _holds(condition: Condition, values: dict[str, Any]) -> bool:
    value: Any = values.get(condition.path)
    if value is None:
        return False
    return {
        "exact": value == condition.value,
        "gte": value >= condition.value,  # type: ignore[operator]
        "lte": value <= condition.value,  # type: ignore[operator]
    }[condition.lookup]
