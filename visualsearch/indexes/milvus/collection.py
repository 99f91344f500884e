"""One collection: rows and cursors of shops written and read, by its own name or by the alias that searches use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.indexes.base import Space
from visualsearch.indexes.milvus import filters
from visualsearch.indexes.milvus.connection import Connection
from visualsearch.indexes.milvus.layout import CURSORS, Cursor, as_halves, cursor_key, ids_of
from visualsearch.indexes.scores import Scores
from visualsearch.vectors import Ids, Vectors

PATIENCE = 30.0
"""Seconds that a call may take which no shopper waits for."""

MOST_FOUND = 16_384
"""Most rows that one call returns: the engine's limit."""

MOST_KEYS = 5_000
"""Most primary keys in one filter."""

# The engine takes messages of 64 MiB.
_MESSAGE_BYTES = 8 << 20
_ROW_BYTES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection under one of its names; every call may raise IndexUnavailable or CollectionMissing."""

    connection: Connection
    name: str
    space: Space
    half: bool
    """Are vectors kept as halves? Milvus Lite knows floats alone."""

    @property
    def page(self) -> int:
        """Rows that fit into a message."""
        return max(1, min(MOST_FOUND, _MESSAGE_BYTES // (4 * self.space.dimensions + _ROW_BYTES)))

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add or replace entities, which have no primary key twice; a page is there in full or not at all."""
        for page in _pages(rows, self.page):
            entities = [{**row, "vector": self._as_sent(row["vector"])} for row in page]
            self._ask(lambda client, left, data=entities: client.upsert(self.name, data, timeout=left))

    def remove(self, keys: Sequence[str]) -> None:
        """Remove the entities of these primary keys; unknown ones are ignored."""
        for page in _pages(keys, MOST_KEYS):
            chosen = filters.is_key(page)
            self._ask(lambda client, left, chosen=chosen: client.delete(self.name, filter=chosen, timeout=left))

    def remove_where(self, chosen: str) -> None:
        """Remove every entity that the filter chooses."""
        self._ask(lambda client, left: client.delete(self.name, filter=chosen, timeout=left))

    def cursor(self, shop: str, seconds: float = PATIENCE) -> Cursor | None:
        """Return a shop's cursor, None where it has none."""
        found = self._query(filters.is_key([cursor_key(shop)]), ["cursor"], seconds)
        return Cursor.read(found[0]["cursor"]) if found else None

    def cursors(self) -> dict[str, Cursor]:
        """Return the cursors of all shops by the shop."""
        found = self._query(f"shop == {filters.quoted(CURSORS)}", ["id", "cursor"])
        return {row["id"].rpartition("/")[0]: Cursor.read(row["cursor"]) for row in found}

    def count(self, chosen: str, seconds: float = PATIENCE) -> int:
        """Return how many entities the filter chooses."""
        return int(self._query(chosen, ["count(*)"], seconds)[0]["count(*)"])

    def entities(self, chosen: str, fields: list[str]) -> Iterator[list[dict[str, Any]]]:
        """Yield the entities that the filter chooses in pages, primary keys rising."""
        last = ""
        while True:
            page = self._query(filters.after_key(chosen, last), ["id", *fields], limit=self.page, iterator="True")
            if not page:
                return
            yield page
            last = page[-1]["id"]

    def vectors(self, chosen: str) -> Iterator[tuple[Ids, NDArray[np.float16]]]:
        """Yield the ids and stored vectors of the rows that the filter chooses, ids rising."""
        for page in self.entities(chosen, ["vector"]):
            yield ids_of(row["id"] for row in page), self.as_stored(page)

    def as_stored(self, entities: Iterable[dict[str, Any]]) -> NDArray[np.float16]:
        """Return the vectors of entities as rows of halves."""
        # Milvus gives a vector of halves as one text of bytes, alone or in a list.
        found = [
            v[0] if isinstance(v, list) and isinstance(v[0], bytes) else v for v in (e["vector"] for e in entities)
        ]
        return as_halves(found, self.space.dimensions)

    def nearest(
        self, query: Vectors, k: int, chosen: str, *, params: dict[str, int], consistency: str, seconds: float
    ) -> tuple[Ids, Scores]:
        """Return the nearest rows that the filter chooses, as the engine ranks them."""
        options = {"search_params": {"metric_type": "IP", "params": params}, "consistency_level": consistency}
        (found,) = self._ask(
            lambda client, left: client.search(
                self.name, [self._as_sent(query)], filter=chosen, limit=k, timeout=left, **options
            ),
            seconds,
        )
        return ids_of(hit["id"] for hit in found), np.array([hit["distance"] for hit in found], np.float32)

    def _query(self, chosen: str, fields: list[str], seconds: float = PATIENCE, **options: Any) -> list[dict[str, Any]]:
        """Ask for entities as they are now, whatever the consistency of searches."""
        exact = {"consistency_level": "Strong", "reduce_stop_for_best": "True", **options}
        return list(
            self._ask(
                lambda client, left: client.query(self.name, chosen, output_fields=fields, timeout=left, **exact),
                seconds,
            )
        )

    def _ask(self, call: Any, seconds: float = PATIENCE) -> Any:
        return self.connection.ask(call, seconds, self.name)

    def _as_sent(self, vector: Any) -> Any:
        return np.asarray(vector, np.float16 if self.half else np.float32)


def _pages(values: Sequence[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(values)
    while page := list(islice(rest, size)):
        yield page
