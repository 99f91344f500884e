"""Snapshots that one host has built for all: who builds one, and which of them the storage has."""

from __future__ import annotations

from django.db import models

from visualsearch.indexes import Space, Stamp
from visualsearch.models.work import AnyLease


class BuildLease(AnyLease):
    """The right of one host to build the snapshot of one space; it lapses by itself when the host dies."""

    source = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="visualsearch_one_builder_a_space")
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source} {self.fingerprint} until {self.until}"


class UploadQuerySet(models.QuerySet["SnapshotUpload"]):
    """Uploads by space."""

    def newest(self, space: Space) -> SnapshotUpload | None:
        """Return the newest whole upload of a space."""
        whole = self.filter(source=space.source, fingerprint=space.fingerprint).exclude(digest="")
        return whole.order_by("-revision", "-written", "-pk").first()


class SnapshotUpload(models.Model):
    """A snapshot in the storage of `SNAPSHOT_STORAGE`; the other hosts see it once every file of it is there.

    The row says what the files must be, so that nobody who can write into the storage alone is believed.
    """

    source = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=100)
    revision = models.BigIntegerField()
    """The journal's revision up to which every row is in there."""
    written = models.CharField(max_length=32)
    """When it was built, ISO 8601 in UTC."""
    files = models.JSONField()
    """The name in the storage by the name of the file."""
    digest = models.CharField(max_length=32, blank=True)
    """Digest of the header, which holds those of all other files; empty until the last of them is there."""
    at = models.DateTimeField()
    """When it was begun, and when it was whole."""

    objects = UploadQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "fingerprint", "revision"], name="visualsearch_newest_upload")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source} {self.fingerprint} at revision {self.revision}"

    @property
    def stamp(self) -> Stamp:
        """Tell which of two snapshots is the newer one."""
        return self.revision, self.written
