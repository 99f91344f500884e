"""From a vector to rows of the database, in pages that grow until the search has enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from django.db.models import QuerySet

from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.base import Condition, Matches, Space
from visualsearch.models import Embedding, EmbeddingState
from visualsearch.search.fallback import Opened, open_fallback
from visualsearch.search.results import Candidate
from visualsearch.search.stored import CHUNK, nearest_stored, rows_of, rows_query
from visualsearch.vectors import Vectors

OVERFETCH = 4
"""Matches asked for per result at first, and the factor by which a page grows at least."""

MOST_CHECKED = 2_000
"""Matches that are checked in the database one by one; a filter that would need more is turned into rows first."""

MOST_STORED = 5_000
"""Rows that are compared as the database holds them, where a shared index would have to be sent their ids."""

Way = Callable[[int], Matches]
"""Asks for the `k` nearest rows that are worth looking at."""


class CandidatePages:
    """The planner: which rows to look at next, given how many of the last ones were allowed.

    Most filters leave a good part of the shop: the nearest rows are checked in the database, some more than are needed.
    A filter that leaves little, or only what is far away, is turned into its rows, and those alone are searched. An
    index that can join with those rows, or check the filter itself, is asked to from the beginning. Either way every
    allowed row is reached, if the search does not have enough before.
    """

    def __init__(
        self,
        opened: Opened,
        vector: Vectors,
        limit: int,
        narrowed: QuerySet[Any] | None,
        conditions: tuple[Condition, ...] | None = None,
    ) -> None:
        """`narrowed` is what the query asks for, None for everything; `conditions` say the same, where they can."""
        self._space = opened.index.space
        self._vector = vector
        self._limit = limit
        self._narrowed = narrowed
        self._conditions = conditions
        self._page = limit * 2
        self._k = limit * OVERFETCH
        self._seen = np.empty(0, dtype=np.int64)
        self._checked = 0
        self._kept = 0
        self._turn_to(opened)

    def _turn_to(self, opened: Opened) -> None:
        self._index, self.revision = opened.index, opened.revision
        self._begin(self._first_way())

    def _begin(self, way: Way, *, exhausted: bool = False) -> None:
        """Go another way; what was found and not looked at yet is found again there."""
        self._way = way
        self._exhausted = exhausted
        self._found = Matches(ids=np.empty(0, dtype=np.int64), scores=np.empty(0, dtype=np.float32))

    def _first_way(self) -> Way:
        self._is_sure, self._is_checking = True, False
        if self._narrowed is None:
            return partial(self._index.search, self._vector)
        if self._index.supports_join and (rows := rows_query(self._space, self._narrowed)):
            return lambda k: self._index.search_joined(self._vector, k, rows)
        if self._index.supports_conditions and (conditions := self._conditions):
            # What the index keeps of the objects may be a moment older than they are.
            self._is_sure = False
            return lambda k: self._index.search_where(self._vector, k, conditions)
        self._is_checking = True
        return partial(self._index.search, self._vector)

    def next(self) -> list[Candidate] | None:
        """Return the next candidates, best first, or None when there are no more."""
        while len(self._found) < self._page and not self._exhausted:
            self._search()
        if not len(self._found) and not self._is_sure:
            self._turn_to_rows()
            return self.next()
        if not len(self._found):
            return None
        page, self._found = _split(self._found, self._page)
        self._seen = np.concatenate([self._seen, page.ids])
        self._checked += len(page)
        self._page *= 2
        return _candidates(self._space, page)

    def kept(self, count: int) -> None:
        """Take in how many of the last candidates were allowed, and plan what comes next."""
        self._kept += count
        wanted = 2 * self._limit * self._checked // self._kept if self._kept else MOST_CHECKED + 1
        if not self._is_checking:
            return
        if wanted > MOST_CHECKED:
            self._turn_to_rows()
        else:
            self._page = max(self._page, wanted - self._checked)
            self._k = max(self._k, wanted)

    def _turn_to_rows(self) -> None:
        """Turn the filter into its rows and search those alone."""
        self._is_sure, self._is_checking = True, False
        ids = rows_of(self._space, self._narrowed) if self._narrowed is not None else np.empty(0, np.int64)
        way = partial(nearest_stored, self._space, self._vector, ids=ids)
        if len(ids) > MOST_STORED or not self._index.shared:
            way = partial(self._index.search, self._vector, allowed=ids)
        self._begin(way, exhausted=not len(ids))

    def _search(self) -> None:
        """Ask for more than before; what was looked at before is not given again."""
        try:
            matches = self._way(self._k)
        except IndexUnavailable as error:
            if not self._index.shared:
                raise
            self._turn_to(open_fallback(self._space, error))
            return
        self._exhausted = len(matches) < self._k
        self._k *= OVERFETCH
        new = ~np.isin(matches.ids, self._seen)
        self._found = Matches(ids=matches.ids[new], scores=matches.scores[new])


def _split(matches: Matches, count: int) -> tuple[Matches, Matches]:
    """Return the first matches and the others."""
    first = Matches(ids=matches.ids[:count], scores=matches.scores[:count])
    return first, Matches(ids=matches.ids[count:], scores=matches.scores[count:])


def _candidates(space: Space, matches: Matches) -> list[Candidate]:
    """Return the matches whose rows are there and ready now, in their order."""
    ids = matches.ids.tolist()
    rows = {row.pk: row for row in _read(ids) if _is_found(row, space)}
    return [
        Candidate(
            row_id=row_id,
            object_key=rows[row_id].object_key,
            picture_key=rows[row_id].picture_key,
            picture_name=rows[row_id].picture_name,
            score=float(score),
        )
        for row_id, score in zip(ids, matches.scores, strict=True)
        if row_id in rows
    ]


def _read(ids: list[int]) -> Iterator[Embedding]:
    """Yield the rows of these ids; asked by id alone, since a database may prefer the index of a further condition."""
    fields = ("source", "fingerprint", "state", "object_key", "picture_key", "picture_name")
    for start in range(0, len(ids), CHUNK):
        yield from Embedding.objects.only(*fields).filter(pk__in=ids[start : start + CHUNK])


def _is_found(row: Embedding, space: Space) -> bool:
    ready = row.state == EmbeddingState.READY
    return ready and row.source == space.source and row.fingerprint == space.fingerprint
