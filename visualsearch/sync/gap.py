"""What the space that is being built lacks beside the one that answers: the rows themselves are the list of work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from visualsearch.embedders import load_embedder
from visualsearch.models import Embedding, EmbeddingQuerySet, EmbeddingState, Lease, ServingEmbedder, SyncRequest
from visualsearch.sources import all_sources
from visualsearch.sync.leases import Key

TRIES = 3
"""Times a picture must have been unreadable before it may be left behind."""

LOST_MOST = 0.05
"""Share of the pictures that may be left behind as unreadable: more of them are a storage that is down."""

PAGE = 500
"""Rows looked through at once."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The difference between the rows of two fingerprints, for the sources that are registered."""

    serving: str
    wanted: str

    def is_closed(self) -> bool:
        """Tell whether a search of the wanted space finds all that one of the serving space does, and nothing else."""
        if self.surplus().exists():
            return False
        # One look through the rows where nothing is missing: workers wait for the answer.
        missing = self.missing().count()
        if not missing:
            return True
        most = max(1, LOST_MOST * self.answering().count())
        return missing <= most and missing == self.unreadable().count()

    def answering(self) -> EmbeddingQuerySet:
        """Return the rows that searches find now."""
        names = [source.name for source in all_sources()]
        return Embedding.objects.ready().filter(source__in=names, fingerprint=self.serving)

    def missing(self) -> EmbeddingQuerySet:
        """Return the rows that searches find now and that have no counterpart: the same file, embedded or refused."""
        settled = _counterpart(self.wanted).filter(
            state__in=[EmbeddingState.READY, EmbeddingState.FAILED], digest=OuterRef("digest")
        )
        return self.answering().filter(~Exists(settled))

    def unreadable(self) -> EmbeddingQuerySet:
        """Return those of the missing whose file could repeatedly not be read."""
        failed = _counterpart(self.wanted).filter(state=EmbeddingState.FAILED, digest="", attempts__gte=TRIES)
        return self.missing().filter(Exists(failed))

    def surplus(self) -> EmbeddingQuerySet:
        """Return the rows of the wanted space whose object or picture is gone."""
        names = [source.name for source in all_sources()]
        known = _counterpart(self.serving).exclude(state=EmbeddingState.REMOVED)
        return Embedding.objects.ready().filter(~Exists(known), source__in=names, fingerprint=self.wanted)

    def lacking(self, failed_before: datetime) -> Iterator[list[Key]]:
        """Yield pages of objects that have missing pictures and that nobody works on or is asked to.

        A picture that failed comes again where it failed before this moment.
        """
        failed = _counterpart(self.wanted).filter(state=EmbeddingState.FAILED, updated__gte=failed_before)
        yield from _pages(_untouched(self.missing()).filter(~Exists(failed)))

    def disputed(self, keys: list[Key]) -> list[Key]:
        """Return those of the objects whose pictures are missing although they were just looked at.

        Then the rows that answer are out of date themselves, and no signal told it.
        """
        failed = _counterpart(self.wanted).filter(state=EmbeddingState.FAILED)
        rows = _untouched(self.missing()).filter(~Exists(failed), object_key__in=[key for _, key in keys])
        return list(set(keys) & set(rows.values_list("source", "object_key")))

    def size(self) -> int:
        """Return how many rows differ."""
        return self.missing().count() + self.surplus().count()

    def is_worked_on(self) -> bool:
        """Tell whether a worker has an object in its hands whose pictures are missing."""
        return self.missing().filter(Exists(_of_same_object(Lease))).exists()

    def gone(self) -> Iterator[list[Key]]:
        """Yield pages of objects that nobody works on and of which the wanted space knows too much."""
        yield from _pages(_untouched(self.surplus()))


def read_gap() -> Gap | None:
    """Return the gap to be closed, None while nothing is being built; raises EmbedderUnavailable."""
    now = ServingEmbedder.read()
    if not now.is_building:
        return None
    return Gap(load_embedder(now.serving).fingerprint, load_embedder(now.wanted).fingerprint)


def _counterpart(fingerprint: str) -> EmbeddingQuerySet:
    same = {name: OuterRef(name) for name in ("source", "object_key", "picture_key", "picture_name")}
    return Embedding.objects.filter(fingerprint=fingerprint, **same)


def _untouched(rows: EmbeddingQuerySet) -> EmbeddingQuerySet:
    return rows.filter(~Exists(_of_same_object(SyncRequest)), ~Exists(_of_same_object(Lease)))


def _of_same_object(model: type[SyncRequest] | type[Lease]) -> QuerySet[Any]:
    return model._default_manager.filter(source=OuterRef("source"), object_key=OuterRef("object_key"))


def _pages(rows: EmbeddingQuerySet) -> Iterator[list[Key]]:
    """Yield the objects of the rows, each page read when the one before is done; a cursor, not an offset."""
    for source in all_sources():
        last = 0
        while page := list(_page(rows.filter(source=source.name, revision__gt=last))):
            last = page[-1][1]
            yield list(dict.fromkeys((source.name, key) for key, _ in page))


def _page(rows: EmbeddingQuerySet) -> QuerySet[Embedding, tuple[str, int]]:
    return rows.order_by("revision").values_list("object_key", "revision")[:PAGE]
