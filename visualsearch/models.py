"""The rows that are the truth: what is embedded, by which embedder, what is asked for, and who is at work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder, load_embedder, prepare_aside
from visualsearch.exceptions import JournalRewound
from visualsearch.indexes.base import Changes, ReadChanges, Space
from visualsearch.vectors import unpack

PAGE = 5_000
"""Rows of the journal that are read at once; at 512 dimensions some 5 MB."""


class Journal(models.Model):
    """The journal's head: one row, whose lock makes revisions appear in the order in which they are committed."""

    revision = models.BigIntegerField(default=0)
    """The revision of the newest committed embedding row."""

    def __str__(self) -> str:
        return f"revision {self.revision}"

    @staticmethod
    def head() -> int:
        """Return the newest committed revision, 0 before the first."""
        return Journal.objects.filter(pk=1).values_list("revision", flat=True).first() or 0

    @staticmethod
    def take(count: int) -> range:
        """Return the next `count` revisions, held by the caller's transaction: other writers wait for its end.

        A database sequence would not do: its numbers become visible in another order than they are given out.
        """
        if not Journal.objects.filter(pk=1).update(revision=F("revision") + count):
            Journal.objects.bulk_create([Journal(pk=1)], ignore_conflicts=True)
            Journal.objects.filter(pk=1).update(revision=F("revision") + count)
        last = Journal.head()
        return range(last - count + 1, last + 1)


class ServingEmbedder(models.Model):
    """Which embedder answers searches: one row for the whole shop; until it is written, the setting says it.

    Searches are answered by `serving`, whatever the setting says. A new value of the setting (looked at when a worker
    starts and by `visualsearch_sync`) or `visualsearch_rebuild --embedder`, whichever came last, is `wanted`: its rows
    are made beside those of `serving`, and it takes over once it finds all that `serving` finds.
    """

    serving = models.CharField(max_length=500)
    wanted = models.CharField(max_length=500)
    """The same as `serving` while nothing is being built."""
    previous = models.CharField(max_length=500, blank=True)
    """The one that answered before: the way back."""
    setting = models.CharField(max_length=500)
    """The setting's value that was last taken for a wish; seen again, it is none."""

    def __str__(self) -> str:
        return f"{self.serving}, wanted {self.wanted}"

    @property
    def is_building(self) -> bool:
        """Tell whether another embedder is being made ready to take over."""
        return self.wanted != self.serving

    @property
    def active(self) -> list[str]:
        """The embedders whose rows follow every change of an object, the serving one first."""
        return [self.serving, self.wanted] if self.is_building else [self.serving]

    @classmethod
    def read(cls) -> Self:
        """Return what holds at this moment."""
        return cls.objects.filter(pk=1).first() or cls._first()

    @classmethod
    def hold(cls) -> Self:
        """Return what holds to the end of the caller's transaction: until then nobody else changes it."""
        locked = cls.objects.select_for_update().filter(pk=1)
        if row := locked.first():
            return row
        cls.objects.bulk_create([cls._first()], ignore_conflicts=True)
        return locked.get()

    @classmethod
    def _first(cls) -> Self:
        name = get_settings().embedder
        return cls(pk=1, serving=name, wanted=name, setting=name)


class EmbeddingState(models.TextChoices):
    """What a row says of its picture."""

    READY = "ready", _("searchable")
    FAILED = "failed", _("failed")
    REMOVED = "removed", _("removed")


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    """Rows by space, and the journal read as changes."""

    def of_space(self, space: Space) -> EmbeddingQuerySet:
        """Return the rows of one source made by one embedder."""
        return self.filter(source=space.source, fingerprint=space.fingerprint)

    def ready(self) -> EmbeddingQuerySet:
        """Return the rows that can be found."""
        return self.filter(state=EmbeddingState.READY)


class Embedding(models.Model):
    """The vector of one picture by one embedder, or why there is none."""

    source = models.CharField(max_length=100)
    object_key = models.CharField(max_length=64)
    """The object's primary key as text: the shop's models are never referenced."""
    picture_key = models.CharField(max_length=64)
    picture_name = models.CharField(max_length=500)
    """The file that was read; another name on the object means that this row is out of date."""
    fingerprint = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=EmbeddingState.choices)
    revision = models.BigIntegerField()
    """The row's place in the journal; every change of the row moves it to the end."""
    digest = models.CharField(max_length=64, blank=True)
    perceptual_hash = models.BigIntegerField(null=True)
    vector = models.BinaryField(null=True)
    """Little-endian float16; kept on a removed row, so that a product shown again costs no embedding."""
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    """Failures in a row."""
    updated = models.DateTimeField(auto_now=True)

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "fingerprint", "object_key", "picture_key"], name="visualsearch_one_row_a_picture"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(vector__isnull=False), name="visualsearch_ready_has_vector"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "fingerprint", "revision"], name="visualsearch_by_revision"),
            models.Index(fields=["fingerprint", "digest"], name="visualsearch_same_file"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.object_key}: {self.picture_name}"


class SyncRequest(models.Model):
    """The wish that rows agree with an object again, written in the transaction that changed the object.

    Only ever inserted by savers, so that a save waits for no other save and for no worker.
    """

    source = models.CharField(max_length=100)
    object_key = models.CharField(max_length=64)
    due = models.DateTimeField(db_index=True)
    """Whose turn is first, the lowest; after a failure not to be worked on before."""
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["source", "object_key"], name="visualsearch_requested_object")]

    def __str__(self) -> str:
        return f"{self.source} {self.object_key}"


class Lease(models.Model):
    """The right of one worker to work on one object until a moment; it lapses by itself when the worker dies."""

    source = models.CharField(max_length=100)
    object_key = models.CharField(max_length=64)
    token = models.CharField(max_length=32, db_index=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "object_key"], name="visualsearch_one_worker_an_object")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.object_key} until {self.until}"


class Heartbeat(models.Model):
    """When a worker, or beat, was last seen on a host."""

    role = models.CharField(max_length=20)
    """`worker` or `beat`."""
    host = models.CharField(max_length=100)
    seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "host"], name="visualsearch_one_heartbeat")]

    def __str__(self) -> str:
        return f"{self.role} on {self.host}, {self.seen}"


class Calibration(models.Model):
    """What a shop's own pictures say of the scores in one space; read by every search, written by `calibrate`."""

    source = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=100)
    parameters = models.JSONField()
    """The units, and the curve where it was fitted on photos of the shop."""
    pictures = models.PositiveIntegerField()
    """Searchable pictures at that time: once they have become many more or fewer, it is made anew."""
    revision = models.BigIntegerField()
    """The journal's at that time."""
    fitted = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "fingerprint"], name="visualsearch_one_calibration")]

    def __str__(self) -> str:
        return f"{self.source} by {self.fingerprint}, {self.pictures} pictures"


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


def read_changes(space: Space) -> ReadChanges:
    """Return a reader of the journal of one space, for an index to catch up with."""

    def read(since: int) -> Iterator[Changes]:
        # The head is read first: every row up to it is committed, so that nothing below it can appear later.
        head = Journal.head()
        if since > head:
            raise JournalRewound(f"Revision {since} was read, and the journal ends at {head}.")
        while since < head:
            rows = list(
                Embedding.objects.of_space(space)
                .filter(revision__gt=since, revision__lte=head)
                .order_by("revision")
                .values_list("id", "state", "vector", "revision")[:PAGE]
            )
            since = rows[-1][3] if len(rows) == PAGE else head
            yield _as_changes(rows, since, space.dimensions)

    return read


def _as_changes(rows: list[tuple[Any, ...]], revision: int, dimensions: int) -> Changes:
    ready = [row for row in rows if row[1] == EmbeddingState.READY]
    removed = [row[0] for row in rows if row[1] != EmbeddingState.READY]
    return Changes(
        revision=revision,
        ids=np.array([row[0] for row in ready], dtype=np.int64),
        vectors=unpack([bytes(row[2]) for row in ready], dimensions),
        removed=np.array(removed, dtype=np.int64),
    )
