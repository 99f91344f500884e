"""Rows of the shop's database, without the pictures that they come from."""

from __future__ import annotations

from tests.indexes.journal import SPACE, draw
from visualsearch.models import Embedding, EmbeddingState, Journal
from visualsearch.vectors import pack


def add_rows(count: int, *, seed: int = 0) -> None:
    """Write so many searchable rows of the space."""
    revisions = Journal.take(count)
    Embedding.objects.bulk_create(
        Embedding(
            source=SPACE.source,
            fingerprint=SPACE.fingerprint,
            object_key=str(revision),
            picture_key="1",
            state=EmbeddingState.READY,
            revision=revision,
            vector=pack(vector),
        )
        for revision, vector in zip(revisions, draw(count, seed), strict=True)
    )


def remove_rows(count: int) -> None:
    """Take so many of the first rows out of the search."""
    rows = list(Embedding.objects.of_space(SPACE).ready().order_by("pk")[:count])
    for row, revision in zip(rows, Journal.take(count), strict=True):
        row.state, row.revision = EmbeddingState.REMOVED, revision
    Embedding.objects.bulk_update(rows, ["state", "revision"])
