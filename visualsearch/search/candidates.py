"""From a vector to rows of the database, in pages that grow until the search has enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db.models import QuerySet

from visualsearch.indexes import Index, get_index
from visualsearch.indexes.base import Matches, Space
from visualsearch.models import Embedding, read_changes
from visualsearch.search.results import Candidate
from visualsearch.vectors import Ids, Vectors

FEW = 2_000
"""Objects that a filter may leave for all their pictures to be compared one by one."""

OVERFETCH = 4
"""Matches asked for per result at first, and the factor by which that grows."""

CHUNK = 5_000
"""Most values in one SQL condition."""


def open_index(space: Space) -> Index:
    """Return this process's index of the space, with every row that is committed by now."""
    index = get_index(space)
    index.catch_up(read_changes(space))
    return index


def find_candidates(
    index: Index, vector: Vectors, limit: int, allowed: QuerySet[Any] | None = None
) -> Iterator[list[Candidate]]:
    """Yield pages of candidates, best first, until there are none left; `allowed` narrows them to those objects' rows.

    A filter that leaves few objects is answered from their rows alone; one that leaves many is checked page by page.
    """
    few = None if allowed is None else _few_rows(index.space, allowed)
    if few is not None:
        yield _rows_of(index.space, index.search(vector, max(len(few), 1), few))
        return
    seen, k = 0, limit * OVERFETCH
    while seen < len(index):
        matches = index.search(vector, k)
        yield _rows_of(index.space, Matches(ids=matches.ids[seen:], scores=matches.scores[seen:]))
        if len(matches) < k:
            return
        seen, k = len(matches), k * OVERFETCH


def _few_rows(space: Space, allowed: QuerySet[Any]) -> Ids | None:
    """Return the rows of the allowed objects, or None when they are many."""
    keys = [str(pk) for pk in allowed.order_by().values_list("pk", flat=True)[: FEW + 1]]
    if len(keys) > FEW:
        return None
    rows = Embedding.objects.of_space(space).ready().filter(object_key__in=keys)
    return np.array(list(rows.values_list("id", flat=True)), dtype=np.int64)


def _rows_of(space: Space, matches: Matches) -> list[Candidate]:
    """Return the matches whose rows are there and ready now, in their order."""
    ids = matches.ids.tolist()
    rows = {}
    for start in range(0, len(ids), CHUNK):
        found = Embedding.objects.of_space(space).ready().filter(id__in=ids[start : start + CHUNK])
        rows.update({row[0]: row[1:] for row in found.values_list("id", "object_key", "picture_key", "picture_name")})
    return [
        Candidate(
            row_id=row_id,
            object_key=rows[row_id][0],
            picture_key=rows[row_id][1],
            picture_name=rows[row_id][2],
            score=float(score),
        )
        for row_id, score in zip(ids, matches.scores, strict=True)
        if row_id in rows
    ]
