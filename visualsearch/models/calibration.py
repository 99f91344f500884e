"""What a shop's scores mean."""

from __future__ import annotations

from django.db import models


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
