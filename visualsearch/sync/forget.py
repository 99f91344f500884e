"""From the rows of an embedder that nobody asks any more to room on the disk."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from visualsearch.embedders import load_embedder
from visualsearch.exceptions import EmbedderInUse
from visualsearch.indexes import Space
from visualsearch.models import Calibration, Embedding, EmbeddingState, Journal, PhotoMean, ServingEmbedder
from visualsearch.opening import index_of
from visualsearch.sharing import forget_uploads

PAGE = 1_000
"""Rows changed in one transaction."""


def forget(name: str) -> int:
    """Give up the vectors and the snapshots of this embedder, named or by its fingerprint; returns how many vectors.

    The rows stay as removed ones: every index that still holds them hears of it through the journal. Raises
    EmbedderInUse for an embedder that answers or is being built, and EmbedderUnavailable for an unknown one.
    """
    known = Embedding.objects.filter(fingerprint=name).exists()
    fingerprint = name if known else load_embedder(name).fingerprint
    spaces = _spaces(fingerprint)
    count = 0
    while done := _forget_page(fingerprint):
        count += done
    Calibration.objects.filter(fingerprint=fingerprint).delete()
    PhotoMean.objects.filter(fingerprint=fingerprint).delete()
    for space in spaces:
        index_of(space).forget()
    forget_uploads(fingerprint)
    return count


def _spaces(fingerprint: str) -> list[Space]:
    spaces = []
    rows = Embedding.objects.filter(fingerprint=fingerprint, vector__isnull=False)
    for source in rows.order_by().values_list("source", flat=True).distinct():
        vector = rows.filter(source=source).values_list("vector", flat=True).first() or b""
        spaces.append(Space(source=source, fingerprint=fingerprint, dimensions=len(vector) // 2))
    return spaces


def _forget_page(fingerprint: str) -> int:
    with transaction.atomic():
        now = ServingEmbedder.hold()
        if fingerprint in {load_embedder(name).fingerprint for name in now.active}:
            raise EmbedderInUse(f"{fingerprint} belongs to the embedder that answers searches or is being built.")
        left = Q(vector__isnull=False) | ~Q(state=EmbeddingState.REMOVED)
        page = list(Embedding.objects.filter(left, fingerprint=fingerprint).defer("vector")[:PAGE])
        for row, revision in zip(page, Journal.take(len(page)) if page else (), strict=True):
            row.state, row.vector, row.revision = EmbeddingState.REMOVED, None, revision
        Embedding.objects.bulk_update(page, ["state", "vector", "revision"])
    return len(page)
