"""From what the engine ranks to the family's exact rule: as many rows as there are, ties by rising id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from visualsearch.indexes.base import Matches
from visualsearch.indexes.milvus.collection import MOST_FOUND
from visualsearch.indexes.scores import Scores, best, cosines
from visualsearch.vectors import Ids, Vectors

Ask = Callable[[int], tuple[Ids, Scores]]
"""Returns the `k` nearest as the engine ranks them."""

_MARGIN = 16
# The engine sums the same row in another order in another segment; this is more than that changes.
_NOISE = np.float32(2e-6)


def nearest(ask: Ask, count: Callable[[], int], scan: Callable[[], Matches], k: int) -> Matches:
    """Return the `k` nearest: what the engine found, or by comparing all rows where that is too little.

    An index of the engine may miss rows, most of all behind a filter, and never gives more than its limit.
    """
    if k > MOST_FOUND:
        return scan()
    asked = min(k + _MARGIN, MOST_FOUND)
    while True:
        ids, scores = ask(asked)
        if len(ids) < k and count() > len(ids):
            return scan()
        if len(ids) < asked or asked == MOST_FOUND or not _tie_goes_on(scores, k):
            return in_order(ids, scores, k)
        asked = min(4 * asked, MOST_FOUND)


def _tie_goes_on(scores: Scores, k: int) -> bool:
    """Tell whether rows that were not found may be as near as the last of the `k` best."""
    return bool(scores.min() >= np.sort(scores)[-k] - 2 * _NOISE)


def in_order(ids: Ids, scores: Scores, k: int) -> Matches:
    """Return the `k` best, where scores that are apart by noise alone count as equal."""
    order = np.argsort(-scores, kind="stable")
    ids, scores = ids[order], scores[order].copy()
    first = np.float32(np.inf)
    for place, score in enumerate(scores):
        if first - score > _NOISE:
            first = score
        scores[place] = first
    return best(ids, scores, k)


def compare(rows: Iterator[tuple[Ids, NDArray[np.float16]]], query: Vectors, k: int) -> Matches:
    """Return the `k` nearest of rows that come in pages, by the exact rule."""
    return merge((best(ids, cosines(vectors, query), k) for ids, vectors in rows), k)


def merge(parts: Iterator[Matches], k: int) -> Matches:
    """Return the `k` best of several searches."""
    none = Matches(ids=np.empty(0, np.int64), scores=np.empty(0, np.float32))
    return reduce(lambda one, other: _best_of(one, other, k), parts, none)


def _best_of(one: Matches, other: Matches, k: int) -> Matches:
    return best(np.concatenate([one.ids, other.ids]), np.concatenate([one.scores, other.scores]), k)
