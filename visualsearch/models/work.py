"""What is asked for, and who is at work on it."""

from __future__ import annotations

from django.db import models


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


class Publication(models.Model):
    """How a shared index follows the journal in one space: who brings it up, and what last stood in the way."""

    index = models.CharField(max_length=200)
    source = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=100)
    token = models.CharField(max_length=32, blank=True)
    """Of the process that publishes; empty while none does."""
    until = models.DateTimeField(null=True)
    """When its right lapses by itself, should it die."""
    error = models.TextField(blank=True)
    """Why the last try failed, empty when it did not."""
    failed = models.DateTimeField(null=True)
    """Since when every try has failed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["index", "source", "fingerprint"], name="visualsearch_one_publisher_a_space"
            )
        ]

    def __str__(self) -> str:
        return f"{self.index} of {self.source}"
