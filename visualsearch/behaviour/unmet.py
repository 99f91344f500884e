"""From searches that nothing was close enough to, to groups that look alike: what the shop does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from visualsearch.indexes.base import Space
from visualsearch.models import UnmetSearch
from visualsearch.vectors import Vectors, unpack

MOST = 2_000
"""Newest searches that are grouped: their cosines to each other take 16 MB."""

ALIKE_FROM = 0.775
"""Cosine from which two searches belong together, chosen by `benchmarks.bounds`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetGroup:
    """Searches that look alike."""

    count: int
    last: datetime
    vector: Vectors
    """Of the search that most others are like, shape (1, dimensions)."""


def count_unmet(space: Space) -> int:
    """Return how many searches of a space are kept."""
    return _rows(space).count()


def group_unmet(space: Space, most: int) -> list[UnmetGroup]:
    """Return at most `most` groups of the newest searches of a space, largest first; the same photo counts once."""
    rows = _rows(space).order_by("-created")
    newest: dict[bytes, datetime] = {}
    for vector, created in rows.values_list("vector", "created")[:MOST]:
        newest.setdefault(bytes(vector), created)
    if not newest:
        return []
    vectors, times = unpack(list(newest), space.dimensions).astype(np.float32), list(newest.values())
    return [
        UnmetGroup(count=len(members), last=max(times[one] for one in members), vector=vectors[members[0]][None])
        for members in islice(group_vectors(vectors, ALIKE_FROM), most)
    ]


def _rows(space: Space) -> QuerySet[UnmetSearch]:
    return UnmetSearch.objects.filter(source=space.source, fingerprint=space.fingerprint)


def group_vectors(vectors: Vectors, radius: float) -> Iterator[NDArray[np.int64]]:
    """Yield the members of each group, largest first: those that the one in its middle is at least so like.

    `vectors` at unit length, shape (n, dimensions); `radius` a cosine. The middle comes first.
    """
    alike = vectors @ vectors.T >= radius
    np.fill_diagonal(alike, val=True)  # also where half precision makes a vector a little short
    left = np.ones(len(vectors), dtype=bool)
    while left.any():
        centre = int(np.argmax((alike & left).sum(axis=1) * left))
        members = np.flatnonzero(alike[centre] & left)
        yield np.concatenate([[centre], members[members != centre]])
        left[members] = False
