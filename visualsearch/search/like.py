"""From one object to those that look like it, by the vectors that are stored: no picture is read or embedded."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import Model, QuerySet

from visualsearch.exceptions import InvalidQuery, UnknownSource
from visualsearch.indexes.base import Space
from visualsearch.models import Embedding, current_space
from visualsearch.search.candidates import CandidatePages
from visualsearch.search.fallback import Opened, open_answering
from visualsearch.search.filters import allowed_objects, narrowed_objects
from visualsearch.search.pipeline import check_limit, collect
from visualsearch.search.results import Result
from visualsearch.sources import VisualSource, get_source, sources_of
from visualsearch.sources.hooks import group_of
from visualsearch.vectors import Vectors, unpack

PICTURES_MOST = 16
"""Pictures of the object that are looked at."""


def find_like(
    obj: Model, *, source: str = "", limit: int | None = None, within: QuerySet[Any] | None = None
) -> list[Result]:
    """Return the objects that look most like `obj`, one a group, without `obj` and its own group; best first.

    Searches with the mean of the object's vectors, so that one search answers for all its pictures; an object without
    a searchable picture is like nothing. `source` may be left out where the model has but one. Raises InvalidQuery for
    an object of no source, a wrong limit or queryset, EmbedderUnavailable and IndexUnavailable.
    """
    seller = _source_of(obj, source)
    limit = check_limit(limit)
    space = current_space(seller.name)
    opened = open_answering(space)
    vector = _mean_vector(space, obj)
    if vector is None:
        return []
    # Its own group is found first, and left out.
    found = _find_near(opened, vector, limit=limit + 1, within=within)
    own = group_of(seller, obj)
    return [result for result in found if result.group != own and result.object.pk != obj.pk][:limit]


def find_near(space: Space, vector: Vectors, *, limit: int, within: QuerySet[Any] | None = None) -> list[Result]:
    """Return the objects nearest to a vector of the space, shape (1, dimensions), one a group, best first."""
    return _find_near(open_answering(space), vector, limit=limit, within=within)


def _find_near(opened: Opened, vector: Vectors, *, limit: int, within: QuerySet[Any] | None) -> list[Result]:
    source = get_source(opened.index.space.source)
    narrowed = narrowed_objects(source, within, {})
    pages = CandidatePages(opened, vector, limit, narrowed)
    return collect(pages, -1.0, source, allowed_objects(source, narrowed), limit)


def _source_of(obj: Model, name: str) -> VisualSource:
    if name:
        seller = get_source(name)
        if not isinstance(obj, seller.model):
            raise InvalidQuery(f"Expected a {seller.model._meta.label}, got a {type(obj)._meta.label}.")
        return seller
    sellers = sources_of(type(obj))
    if len(sellers) != 1:
        names = ", ".join(one.name for one in sellers) or "none"
        raise UnknownSource(f"Expected one source of {type(obj)._meta.label}, found {names}: name it with source=….")
    return sellers[0]


def _mean_vector(space: Space, obj: Model) -> Vectors | None:
    """Return the mean of the object's vectors at unit length, shape (1, dimensions); None where there is none."""
    rows = Embedding.objects.of_space(space).ready().filter(object_key=str(obj.pk)).order_by("pk")
    stored = [bytes(vector) for vector in rows.values_list("vector", flat=True)[:PICTURES_MOST] if vector]
    if not stored:
        return None
    mean = unpack(stored, space.dimensions).astype(np.float32).mean(axis=0, keepdims=True)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length, dtype=np.float32) if length > 0 else None
