"""From a vector to rows of the database, in pages that grow until the search has enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db.models import CharField, IntegerField, QuerySet
from django.db.models.functions import Cast

from visualsearch.indexes import Index, get_index
from visualsearch.indexes.base import Matches, Space
from visualsearch.models import Embedding, EmbeddingState
from visualsearch.search.results import Candidate
from visualsearch.sharing import refresh
from visualsearch.vectors import Ids, Vectors

OVERFETCH = 4
"""Matches asked for per result at first, and the factor by which a page grows at least."""

MOST_CHECKED = 2_000
"""Matches that are checked in the database one by one; a filter that would need more is turned into rows first."""

CHUNK = 5_000
"""Most values in one SQL condition."""


def open_index(space: Space) -> Index:
    """Return this process's index of the space, with every row that is committed by now."""
    index = get_index(space)
    refresh(index)
    return index


class CandidatePages:
    """The planner: which rows to look at next, given how many of the last ones were allowed.

    Most filters leave a good part of the shop: the nearest rows are checked in the database, some more than are needed.
    A filter that leaves little, or only what is far away, is turned into its rows, and those alone are searched.
    Either way every allowed row is reached, if the search does not have enough before.
    """

    def __init__(self, index: Index, vector: Vectors, limit: int, narrowed: QuerySet[Any] | None) -> None:
        """`narrowed` is what the query asks for, None for everything."""
        self._index = index
        self._vector = vector
        self._limit = limit
        self._narrowed = narrowed
        self._rows: Ids | None = None
        self._k = limit * OVERFETCH
        self._page = limit * 2
        self._found = Matches(ids=np.empty(0, dtype=np.int64), scores=np.empty(0, dtype=np.float32))
        self._seen = self._found.ids
        self._checked = 0
        self._kept = 0
        self._exhausted = False

    def next(self) -> list[Candidate] | None:
        """Return the next candidates, best first, or None when there are no more."""
        while len(self._found) < self._page and not self._exhausted:
            self._search()
        if not len(self._found):
            return None
        page, self._found = _split(self._found, self._page)
        self._checked += len(page)
        self._page *= 2
        return _candidates(self._index.space, page)

    def kept(self, count: int) -> None:
        """Take in how many of the last candidates were allowed, and plan what comes next."""
        self._kept += count
        wanted = 2 * self._limit * self._checked // self._kept if self._kept else MOST_CHECKED + 1
        if self._narrowed is None or self._rows is not None:
            return
        if wanted > MOST_CHECKED:
            self._rows = rows_of(self._index.space, self._narrowed)
            # What was found and not looked at yet is found again, among the rows.
            self._seen = self._seen[~np.isin(self._seen, self._found.ids)]
            self._found, self._exhausted = _split(self._found, 0)[0], not len(self._rows)
        else:
            self._page = max(self._page, wanted - self._checked)
            self._k = max(self._k, wanted)

    def _search(self) -> None:
        """Ask the index for more than before; what it gave before is not given again."""
        matches = self._index.search(self._vector, self._k, self._rows)
        self._exhausted = len(matches) < self._k
        self._k *= OVERFETCH
        new = ~np.isin(matches.ids, self._seen)
        self._seen = np.concatenate([self._seen, matches.ids[new]])
        self._found = Matches(
            ids=np.concatenate([self._found.ids, matches.ids[new]]),
            scores=np.concatenate([self._found.scores, matches.scores[new]]),
        )


def _split(matches: Matches, count: int) -> tuple[Matches, Matches]:
    """Return the first matches and the others."""
    first = Matches(ids=matches.ids[:count], scores=matches.scores[:count])
    return first, Matches(ids=matches.ids[count:], scores=matches.scores[count:])


def rows_of(space: Space, objects: QuerySet[Any]) -> Ids:
    """Return the ids of the ready rows of these objects, shape (n,), rising."""
    rows = Embedding.objects.of_space(space).ready().values_list("id", flat=True)
    if isinstance(objects.model._meta.pk, CharField | IntegerField):
        # One query: the database joins the shop's objects with our rows.
        keys = objects.annotate(visualsearch_key=Cast("pk", CharField())).values("visualsearch_key")
        return np.sort(np.fromiter(rows.filter(object_key__in=keys).iterator(CHUNK), dtype=np.int64))
    found = [list(rows.filter(object_key__in=chunk)) for chunk in _chunks(objects)]
    return np.unique(np.array([row for chunk in found for row in chunk], dtype=np.int64))


def _chunks(objects: QuerySet[Any]) -> list[list[str]]:
    """Return the keys as text; only Python knows how other kinds of primary keys are written."""
    keys = [str(pk) for pk in objects.values_list("pk", flat=True)]
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]


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
