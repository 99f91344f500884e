"""What the space that is being built lacks beside the one that answers: the rows themselves are the list of work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

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
        unreadable = self.unreadable().count()
        return self.missing().count() == unreadable and unreadable <= max(1, LOST_MOST * self.answering().count())

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
        """Yield pages of objects that have pictures to be embedded and that nobody works on or is asked to.

        A picture that failed comes again where it failed before this moment.
        """
        failed = _counterpart(self.wanted).filter(state=EmbeddingState.FAILED, updated__gte=failed_before)
        other = _counterpart(self.wanted).filter(state=EmbeddingState.READY)
        yield from _pages(_untouched(self.missing()).filter(~Exists(failed), ~Exists(other)))

    def disputed(self) -> Iterator[list[Key]]:
        """Yield pages of objects that nobody works on and of which the two spaces say different things.

        One of them is out of date, so these must be looked at for both.
        """
        other = _counterpart(self.wanted).filter(state=EmbeddingState.READY)
        yield from _pages(_untouched(self.missing()).filter(Exists(other)))
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
    same = {name: OuterRef(name) for name in ("source", "object_key")}
    return rows.filter(~Exists(SyncRequest.objects.filter(**same)), ~Exists(Lease.objects.filter(**same)))


def _pages(rows: EmbeddingQuerySet) -> Iterator[list[Key]]:
    """Yield the objects of the rows, each page read when the one before is done; a cursor, not an offset."""
    for source in all_sources():
        last = 0
        while page := list(_page(rows.filter(source=source.name, revision__gt=last))):
            last = page[-1][1]
            yield list(dict.fromkeys((source.name, key) for key, _ in page))


def _page(rows: EmbeddingQuerySet) -> QuerySet[Embedding, tuple[str, int]]:
    return rows.order_by("revision").values_list("object_key", "revision")[:PAGE]
