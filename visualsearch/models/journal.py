"""What is embedded, by which embedder, and the order in which it was: the truth that every index copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from visualsearch.exceptions import JournalRewound
from visualsearch.indexes.base import Changes, ReadChanges, Space
from visualsearch.keys import KEY_MOST
from visualsearch.models.provisional import ProvisionalRevision, note_taken
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
        note_taken()
        if not Journal.objects.filter(pk=1).update(revision=F("revision") + count):
            Journal.objects.bulk_create([Journal(pk=1)], ignore_conflicts=True)
            Journal.objects.filter(pk=1).update(revision=F("revision") + count)
        last = Journal.head()
        return range(last - count + 1, last + 1)


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
    object_key = models.CharField(max_length=KEY_MOST)
    """The object's primary key as text: the shop's models are never referenced."""
    picture_key = models.CharField(max_length=KEY_MOST)
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
    attributes = models.JSONField(null=True)
    """The object's values by path, where an index keeps them; another value moves the row to the journal's end."""
    error = models.TextField(blank=True)
    """Why there is no vector; beside one, what is wrong with the file although it was read."""
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


def read_changes(space: Space) -> ReadChanges:
    """Return a reader of the journal of one space, for an index to catch up with."""

    def read(since: int) -> Iterator[Changes]:
        # The head is read first: every row up to it is committed, so that nothing below it can appear later.
        head = Journal.head()
        if since > head:
            raise JournalRewound(f"Revision {since} was read, and the journal ends at {head}.")
        if isinstance(since, ProvisionalRevision) and since.is_over:
            raise JournalRewound(f"Revision {since} was read in a transaction that has ended, and may be undone.")
        while since < head:
            rows = list(
                Embedding.objects.of_space(space)
                .filter(revision__gt=since, revision__lte=head)
                .order_by("revision")
                .values_list("id", "state", "vector", "revision", "object_key", "attributes")[:PAGE]
            )
            since = rows[-1][3] if len(rows) == PAGE else head
            yield _as_changes(rows, since, space.dimensions)

    return read


def _as_changes(rows: list[tuple[Any, ...]], revision: int, dimensions: int) -> Changes:
    ready = [row for row in rows if row[1] == EmbeddingState.READY]
    removed = [row[0] for row in rows if row[1] != EmbeddingState.READY]
    return Changes(
        revision=ProvisionalRevision.of(revision),
        ids=np.array([row[0] for row in ready], dtype=np.int64),
        vectors=unpack([bytes(row[2]) for row in ready], dimensions),
        removed=np.array(removed, dtype=np.int64),
        objects=tuple(row[4] for row in ready),
        attributes=tuple(row[5] or {} for row in ready),
    )
