"""Search in a Milvus cluster that all hosts share, filled from the journal by whoever publishes."""

from __future__ import annotations

from logging import getLogger
from threading import Lock

import numpy as np

from visualsearch.conf import get_settings
from visualsearch.exceptions import CollectionMissing, IndexUnavailable, JournalRewound
from visualsearch.indexes.base import Changes, Condition, Index, IndexStatus, Matches, ReadChanges, Space
from visualsearch.indexes.digests import BLOCK, block_digests
from visualsearch.indexes.milvus import filters
from visualsearch.indexes.milvus.building import Builder, left_behind
from visualsearch.indexes.milvus.collection import MOST_KEYS, PATIENCE, Collection
from visualsearch.indexes.milvus.connection import connect
from visualsearch.indexes.milvus.engine import Engine
from visualsearch.indexes.milvus.kinds import kind_wanted, search_params
from visualsearch.indexes.milvus.layout import Cursor, row_key
from visualsearch.indexes.milvus.nearest import compare, merge, nearest
from visualsearch.indexes.milvus.writing import Writer
from visualsearch.indexes.rows import rising
from visualsearch.indexes.scores import Scores, check_query
from visualsearch.vectors import STORED, Ids, Vectors

logger = getLogger(__name__)

_TRIES = 5


class MilvusIndex(Index):
    """One shop's rows of a space in a collection that it may share with other shops."""

    name = "milvus"
    shared = True
    supports_conditions = True

    def __init__(self, space: Space) -> None:
        super().__init__(space)
        settings = get_settings()
        self._lock = Lock()
        self._shop = settings.shop
        self._mine = filters.of_shop(settings.shop)
        self._kind = ""
        self._read: ReadChanges | None = None
        self._uri, self._token = settings.milvus_uri, settings.milvus_token

    @property
    def _engine(self) -> Engine:
        return Engine(connect(self._uri, self._token), self.space, get_settings().index_seconds)

    @property
    def _searched(self) -> Collection:
        """The collection that answers, by its alias: one call, also while another takes its place."""
        return self._engine.collection(self._engine.alias)

    @property
    def _wanted_kind(self) -> str:
        return kind_wanted(get_settings().milvus_kind, lite=self._engine.is_lite())

    @property
    def _writer(self) -> Writer:
        return Writer(self._engine, self._shop, self._wanted_kind)

    @property
    def revision(self) -> int:
        return self._cursor(get_settings().index_seconds).revision

    def _cursor(self, seconds: float) -> Cursor:
        """Return how far this shop's rows are, and note what the collection can do."""
        try:
            cursor = self._searched.cursor(self._shop, seconds) or Cursor()
        except CollectionMissing:
            cursor = Cursor()
        self._kind = cursor.kind
        self.supports_conditions = cursor.keeps(self.space.attributes)
        return cursor

    def __len__(self) -> int:
        try:
            return self._searched.count(self._mine)
        except CollectionMissing:
            return 0

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        query = check_query(self.space, vector, k)
        if allowed is None:
            return self._nearest(query, k, self._mine)
        ids = rising(allowed)
        keys = [row_key(self._shop, id) for id in ids[ids >= 0].tolist()]
        pages = (keys[start : start + MOST_KEYS] for start in range(0, len(keys), MOST_KEYS))
        return merge(
            (self._nearest(query, min(k, len(page)), filters.with_keys(self._mine, page)) for page in pages), k
        )

    def search_where(self, vector: Vectors, k: int, conditions: tuple[Condition, ...]) -> Matches:
        query = check_query(self.space, vector, k)
        chosen = filters.with_conditions(self._mine, self.space.attributes, conditions)
        if not self._kind:
            self._cursor(get_settings().index_seconds)
        if self._kind and not self.supports_conditions:
            raise IndexUnavailable("Milvus does not keep what the source declares yet; run visualsearch_rebuild.")
        return self._nearest(query, k, chosen)

    def _nearest(self, query: Vectors, k: int, chosen: str) -> Matches:
        settings = get_settings()
        seconds = settings.index_seconds
        if not self._kind:
            self._cursor(seconds)
        searched = self._searched

        def ask(count: int) -> tuple[Ids, Scores]:
            return searched.nearest(
                query,
                count,
                chosen,
                params=search_params(self._kind, count),
                consistency=settings.milvus_consistency,
                seconds=seconds,
            )

        for _ in range(_TRIES):
            try:
                return nearest(
                    ask,
                    lambda: searched.count(chosen, seconds),
                    lambda: compare(searched.vectors(chosen), query, k),
                    k,
                )
            except CollectionMissing:
                if not self._engine.target(self._engine.alias):
                    break
        return merge(iter(()), k)

    def refresh(self, read: ReadChanges) -> None:
        # Of use to a worker that is asked to `compact`.
        self._read = read

    def catch_up(self, read: ReadChanges) -> None:
        with self._lock:
            try:
                self._writer.publish(read)
            except JournalRewound as error:
                logger.warning("The index begins anew: %s", error)
                self._builder().build(read)

    def repair(self, changes: Changes) -> None:
        with self._lock:
            self._writer.repair(changes)

    def forget(self) -> None:
        with self._lock:
            self._writer.forget()

    def rebuild(self, read: ReadChanges) -> bool:
        if not self._builder().build(read):
            return False
        self.catch_up(read)
        return True

    def _builder(self) -> Builder:
        return Builder(self._engine, self._shop, self._wanted_kind, get_settings().index_seconds)

    def needs_snapshot(self) -> str:
        cursor = self._cursor(PATIENCE)
        if left_behind(self._engine):
            return "Collections are left of processes that ended while they built."
        if not cursor.kind:
            return ""
        if set(cursor.attributes) != set(self.space.attributes):
            return "The source declares other attributes than the collection keeps."
        if cursor.kind != self._wanted_kind:
            return f"The collection has an index of the kind {cursor.kind}; {self._wanted_kind} is asked (MILVUS_KIND)."
        return ""

    def compact(self) -> bool:
        left = left_behind(self._engine)
        for name in left:
            self._engine.drop(name)
        if not self.needs_snapshot():
            return bool(left)
        return bool(self._read and self.rebuild(self._read)) or bool(left)

    def digests(self) -> dict[int, str]:
        ids, vectors = np.empty(0, np.int64), np.empty((0, self.space.dimensions), STORED)
        found: dict[int, str] = {}
        try:
            for more, new in self._searched.vectors(self._mine):
                ids, vectors = np.concatenate([ids, more]), np.concatenate([vectors, new])
                whole = ids // BLOCK < ids[-1] // BLOCK
                found |= block_digests(ids[whole], vectors[whole])
                ids, vectors = ids[~whole], vectors[~whole]
        except CollectionMissing:
            return {}
        return found | block_digests(ids, vectors)

    def status(self) -> IndexStatus:
        cursor = self._cursor(PATIENCE)
        settings = get_settings()
        return IndexStatus(
            name=self.name,
            kind="exact" if cursor.kind in ("", "FLAT") else cursor.kind.lower(),
            why=_why(cursor.kind),
            revision=cursor.revision,
            size=len(self),
            details={
                "engine": self._engine.connection.version(settings.index_seconds),
                "collection": self._engine.target(self._engine.alias),
                "consistency": settings.milvus_consistency,
                "shop": self._shop,
                "attributes": [attribute.path for attribute in cursor.attributes],
            },
        )


def _why(kind: str) -> str:
    if not kind:
        return "Nothing was published yet."
    if kind == "FLAT":
        return "Milvus compares with every row."
    return f"The collection has an index of the kind {kind} (MILVUS_KIND)."
