"""Which embedder and which index answer searches, and the space that an embedder makes of a source."""

from __future__ import annotations

from typing import Self

from django.db import models

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder, label_of, load_embedder, prepare_aside
from visualsearch.indexes.base import Space


class Serving(models.Model):
    """Which of several answers searches: one row for the whole shop; until it is written, the setting says it.

    Searches are answered by `serving`, whatever the setting says. A new value of the setting (looked at when a worker
    starts and by `visualsearch_sync`) or a wish by `visualsearch_rebuild`, whichever came last, is `wanted`: it is made
    ready beside `serving`, and takes over once it finds all that `serving` finds.
    """

    serving = models.CharField(max_length=500)
    wanted = models.CharField(max_length=500)
    """The same as `serving` while nothing is being built."""
    previous = models.CharField(max_length=500, blank=True)
    """The one that answered before: the way back."""
    setting = models.CharField(max_length=500)
    """The setting's value that was last taken for a wish; seen again, it is none."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{label_of(self.serving)}, wanted {label_of(self.wanted)}"

    @property
    def is_building(self) -> bool:
        """Tell whether another is being made ready to take over."""
        return self.wanted != self.serving

    @property
    def active(self) -> list[str]:
        """Those that follow every change of an object, the serving one first."""
        return [self.serving, self.wanted] if self.is_building else [self.serving]

    @staticmethod
    def from_setting() -> str:
        """Return what the setting names."""
        raise NotImplementedError

    @classmethod
    def read(cls) -> Self:
        """Return what holds at this moment."""
        return cls._default_manager.filter(pk=1).first() or cls._first()

    @classmethod
    def hold(cls) -> Self:
        """Return what holds to the end of the caller's transaction: until then nobody else changes it."""
        locked = cls._default_manager.select_for_update().filter(pk=1)
        if row := locked.first():
            return row
        cls._default_manager.bulk_create([cls._first()], ignore_conflicts=True)
        return locked.get()

    @classmethod
    def _first(cls) -> Self:
        name = cls.from_setting()
        return cls(pk=1, serving=name, wanted=name, setting=name)


class ServingEmbedder(Serving):
    """Which embedder answers searches; the rows of the wanted one are made beside its own."""

    @staticmethod
    def from_setting() -> str:
        """Return the name of the setting's embedder."""
        return get_settings().embedder


class ServingIndex(Serving):
    """Which index answers searches; the wanted one is filled beside it."""

    @staticmethod
    def from_setting() -> str:
        """Return the name of the setting's index."""
        return get_settings().index


def serving_embedder(*, prepare_next: bool = False) -> Embedder:
    """Return the embedder that answers searches at this moment; raises EmbedderUnavailable for one that is not there.

    With `prepare_next`, one that will take over is loaded aside, so that its first photo does not wait for it.
    """
    now = ServingEmbedder.read()
    if prepare_next and now.is_building:
        prepare_aside(now.wanted)
    return load_embedder(now.serving)


def space_of(source: str, embedder: Embedder) -> Space:
    """Return the space of a source's pictures as this embedder sees them."""
    return Space(source=source, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions)


def current_space(source: str) -> Space:
    """Return the space in which this source is searched now."""
    return space_of(source, serving_embedder())
