"""The rows that a filter leaves: as ids, as a query to join with, and compared one by one as they are stored."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, Case, CharField, IntegerField, QuerySet, When
from django.db.models.functions import Cast

from visualsearch.indexes.base import Matches, RowsQuery, Space
from visualsearch.indexes.scores import best, check_query, cosines
from visualsearch.models import Embedding, EmbeddingQuerySet
from visualsearch.vectors import Ids, Vectors, unpack

CHUNK = 5_000
"""Most values in one SQL condition."""


def rows_of(space: Space, objects: QuerySet[Any]) -> Ids:
    """Return the ids of the ready rows of these objects, shape (n,), rising."""
    if (rows := _joined_rows(space, objects)) is not None:
        return np.sort(np.fromiter(rows.values_list("id", flat=True).iterator(CHUNK), dtype=np.int64))
    rows = Embedding.objects.of_space(space).ready()
    found = [list(rows.filter(object_key__in=chunk).values_list("id", flat=True)) for chunk in _chunks(objects)]
    return np.unique(np.array([row for chunk in found for row in chunk], dtype=np.int64))


def rows_query(space: Space, objects: QuerySet[Any]) -> RowsQuery | None:
    """Return the ready rows of these objects as a query, None where the database cannot join the two."""
    rows = _joined_rows(space, objects)
    if rows is None or objects.db != rows.db:
        return None
    try:
        return _compiled(rows, _compiled(_checking(space, objects)) if _has_numbers(objects) else None)
    except EmptyResultSet:
        return RowsQuery("SELECT NULL::bigint WHERE FALSE", ())


def _compiled(rows: EmbeddingQuerySet, checking: RowsQuery | None = None) -> RowsQuery:
    sql, params = rows.order_by().values("id").query.get_compiler(rows.db).as_sql()
    return RowsQuery(sql, tuple(params), checking)


def _has_numbers(objects: QuerySet[Any]) -> bool:
    return isinstance(objects.model._meta.pk, IntegerField)


def _checking(space: Space, objects: QuerySet[Any]) -> EmbeddingQuerySet:
    """Return the rows by the numbers of their objects: a database has an index for those, and none for them as text."""
    number = Case(When(object_key__regex=r"^-?[0-9]{1,18}$", then=Cast("object_key", BigIntegerField())))
    rows = Embedding.objects.of_space(space).ready().annotate(visualsearch_number=number)
    return rows.filter(visualsearch_number__in=objects.values("pk"))


def nearest_stored(space: Space, vector: Vectors, k: int, ids: Ids) -> Matches:
    """Return the `k` nearest of these rows by comparing with each as the database holds it now; asks no index."""
    query = check_query(space, vector, k)
    found_ids, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    ready = Embedding.objects.of_space(space).ready()
    for start in range(0, len(ids), CHUNK):
        rows = ready.filter(pk__in=ids[start : start + CHUNK].tolist()).values_list("id", "vector")
        if stored := [(row_id, bytes(packed or b"")) for row_id, packed in rows]:
            found_ids.append(np.array([row_id for row_id, _ in stored], np.int64))
            scores.append(cosines(unpack([packed for _, packed in stored], space.dimensions), query))
    return best(np.concatenate(found_ids), np.concatenate(scores), k)


def _joined_rows(space: Space, objects: QuerySet[Any]) -> EmbeddingQuerySet | None:
    """Return the rows by one query that joins them with the shop's objects, None where their keys are not comparable.

    Only Python knows how other kinds of primary keys are written.
    """
    if not isinstance(objects.model._meta.pk, CharField | IntegerField):
        return None
    keys = objects.annotate(visualsearch_key=Cast("pk", CharField())).values("visualsearch_key")
    return Embedding.objects.of_space(space).ready().filter(object_key__in=keys)


def _chunks(objects: QuerySet[Any]) -> list[list[str]]:
    keys = [str(pk) for pk in objects.values_list("pk", flat=True)]
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
