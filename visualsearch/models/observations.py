"""What is noted while the plug-in runs, for the admin to show: signs of life, how late the search is, and proofs."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When somebody was last heard of: each worker by its name, and the beat."""

    name = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()
    embedder = models.CharField(max_length=500, blank=True)
    """The one that its setting names; empty for the beat."""
    index = models.CharField(max_length=500, blank=True)
    """The same."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


class LagSample(models.Model):
    """How long the oldest save was waiting at a moment; one a minute while beat and worker live."""

    at = models.DateTimeField(db_index=True)
    seconds = models.FloatField()
    waiting = models.PositiveIntegerField()
    """Objects that were waiting."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s at {self.at}"


class ProofRecord(models.Model):
    """A comparison of shop, rows and index, and what it found."""

    source = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    equal = models.BooleanField()
    repaired = models.BooleanField()
    result = models.JSONField()
    """All that the proof says."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source} at {self.at}: {'equal' if self.equal else 'not equal'}"
