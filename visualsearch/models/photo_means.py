"""What the photos of shoppers have in common, beside what the shop's own pictures have."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from django.db import models
from django.utils import timezone
from numpy.typing import NDArray

from visualsearch.indexes.base import Space
from visualsearch.models.journal import Embedding, Journal
from visualsearch.vectors import unpack

Mean = NDArray[np.float32]
"""A mean of unit vectors, shape (dimensions,): no longer than one."""

REMEMBERED = 2_000
"""Photos that the mean stands for at most: each new one makes all before it count a two-thousandth less."""

PICTURES_FOR = timedelta(days=1)
"""How long the mean of the shop's pictures is taken as it was."""

_STRETCHES, _OF_ONE = 20, 50
"""Pictures are looked at in so many stretches of the journal, so many in each."""

_STORED = np.dtype("<f4")


class PhotoMean(models.Model):
    """The running mean of shoppers' photos in one space: of many together, nothing of any one."""

    source = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=100)
    count = models.FloatField(default=0)
    """Photos that the mean stands for, at most REMEMBERED."""
    total = models.BigIntegerField(default=0)
    """All that were ever counted, by which writers notice each other."""
    photos = models.BinaryField()
    """Little-endian float32, as is `pictures`."""
    pictures = models.BinaryField()
    """The mean of the shop's own stored vectors."""
    pictures_read = models.DateTimeField(null=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "fingerprint"], name="visualsearch_one_photo_mean")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source} by {self.fingerprint}, {self.total} photos"

    @staticmethod
    def of_space(space: Space) -> PhotoMean | None:
        """Return the row of a space, None before the first photos were counted."""
        return PhotoMean.objects.filter(source=space.source, fingerprint=space.fingerprint).first()

    @property
    def photos_mean(self) -> Mean:
        """The mean of the photos."""
        return np.frombuffer(bytes(self.photos), _STORED)

    @property
    def pictures_mean(self) -> Mean:
        """The mean of the shop's pictures."""
        return np.frombuffer(bytes(self.pictures), _STORED)


def count_photos(space: Space, total: Mean, count: int) -> bool:
    """Take the sum of the unit vectors of `count` photos, shape (dimensions,), into the mean of a space.

    Returns false where another process did the same at that moment: then nothing was changed, and nobody waited.
    """
    nothing = np.zeros(space.dimensions, _STORED).tobytes()
    first = PhotoMean(source=space.source, fingerprint=space.fingerprint, photos=nothing, pictures=nothing)
    row = PhotoMean.of_space(space)
    if row is None:
        PhotoMean.objects.bulk_create([first], ignore_conflicts=True)
        row = PhotoMean.of_space(space) or first
    kept = max(min(row.count, REMEMBERED - count), 0)
    mean = (kept * row.photos_mean + total) / (kept + count)
    now = {
        "count": kept + count,
        "total": row.total + count,
        "photos": mean.astype(_STORED).tobytes(),
        "updated": timezone.now(),
    }
    if row.pictures_read is None or row.pictures_read < timezone.now() - PICTURES_FOR:
        now |= {"pictures": mean_of_pictures(space).astype(_STORED).tobytes(), "pictures_read": timezone.now()}
    return bool(PhotoMean.objects.filter(pk=row.pk, total=row.total).update(**now))


def mean_of_pictures(space: Space) -> Mean:
    """Return the mean of the searchable vectors of a space, of a thousand of them where there are more; else zeros.

    They are read in stretches all along the journal, each by its index: a chance order would read every row.
    """
    rows = Embedding.objects.of_space(space).ready()
    stored: dict[int, bytes] = {}
    for start in np.linspace(0, Journal.head(), _STRETCHES, endpoint=False).astype(int).tolist():
        stretch = rows.filter(revision__gt=start).order_by("revision")[:_OF_ONE]
        stored |= {row_id: bytes(vector or b"") for row_id, vector in stretch.values_list("id", "vector")}
    if not stored:
        return np.zeros(space.dimensions, np.float32)
    return np.asarray(unpack(list(stored.values()), space.dimensions).astype(np.float32).mean(axis=0))
