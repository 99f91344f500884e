"""From searches that nothing was close enough to, to groups that look alike: what the shop does not have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import QuerySet

from visualsearch.indexes.base import Space
from visualsearch.models import UnmetSearch
from visualsearch.vectors import Vectors, unpack

MOST = 2_000
"""Newest searches that are grouped: their cosines to each other take 16 MB."""

ALIKE_FROM = 0.7
"""Cosine from which two searches belong together."""


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
    vectors = unpack(list(newest), space.dimensions).astype(np.float32)
    return _group(vectors, list(newest.values()), most)


def _rows(space: Space) -> QuerySet[UnmetSearch]:
    return UnmetSearch.objects.filter(source=space.source, fingerprint=space.fingerprint)


def _group(vectors: Vectors, times: list[datetime], most: int) -> list[UnmetGroup]:
    """Take the search that most others are like, with these, then go on with the rest."""
    alike = vectors @ vectors.T >= ALIKE_FROM
    np.fill_diagonal(alike, val=True)  # also where half precision makes a vector a little short
    left = np.ones(len(vectors), dtype=bool)
    groups: list[UnmetGroup] = []
    while left.any() and len(groups) < most:
        centre = int(np.argmax((alike & left).sum(axis=1) * left))
        members = np.flatnonzero(alike[centre] & left)
        last = max(times[member] for member in members)
        groups.append(UnmetGroup(count=len(members), last=last, vector=vectors[centre][None]))
        left[members] = False
    return groups
