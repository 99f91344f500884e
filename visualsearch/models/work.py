"""What is asked for, and who is at work on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.keys import KEY_MOST


class SyncRequestQuerySet(models.QuerySet["SyncRequest"]):
    """Wishes, as those see them who want to know how late the search is."""

    def unseen(self, now: datetime) -> Self:
        """Return those that no worker has got to; what has failed is not late: it waits for its next turn."""
        return self.filter(attempts=0, due__lte=now)

    def lag_seconds(self, now: datetime) -> float:
        """Return how long the oldest that no worker has got to has waited; 0.0 when none does."""
        oldest = self.unseen(now).order_by("created").values_list("created", flat=True).first()
        return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


class SyncRequest(models.Model):
    """The wish that rows agree with an object again, written in the transaction that changed the object.

    Only ever inserted by savers, so that a save waits for no other save and for no worker.
    """

    source = models.CharField(max_length=100)
    object_key = models.CharField(max_length=KEY_MOST)
    due = models.DateTimeField(db_index=True)
    """Whose turn is first, the lowest; after a failure not to be worked on before."""
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    objects = SyncRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "object_key"], name="visualsearch_requested_object")]

    def __str__(self) -> str:
        return f"{self.source} {self.object_key}"


class LeaseQuerySet(models.QuerySet[Any]):
    """Rights to work on something, which lapse by themselves when their holder dies."""

    def lapsed(self) -> Self:
        """Return those of holders that have died."""
        return self.filter(lapsed())

    def renew(self, token: str) -> None:
        """Keep what is leased under this token for another lease time."""
        self.filter(token=token).update(until=lease_end())


def lapsed() -> Q:
    """Return the condition that a lease has lapsed; also where the clock was set back after it was written."""
    now, longest = timezone.now(), timedelta(seconds=2 * get_settings().lease_seconds)
    return Q(until__lt=now) | Q(until__gt=now + longest)


def lease_end() -> datetime:
    """Return until when a lease holds that is taken or renewed now."""
    return timezone.now() + timedelta(seconds=get_settings().lease_seconds)


class AnyLease(models.Model):
    """The right of one worker to work on something until a moment."""

    token = models.CharField(max_length=32, db_index=True)
    until = models.DateTimeField(db_index=True)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        abstract = True


class Lease(AnyLease):
    """The right of one worker to work on one object until a moment; it lapses by itself when the worker dies."""

    source = models.CharField(max_length=100)
    object_key = models.CharField(max_length=KEY_MOST)

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
