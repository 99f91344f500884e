"""A second shop for the tests: posters with their picture on themselves."""

from __future__ import annotations

from django.db import models


class Poster(models.Model):
    """A print that hangs in the gallery, or not."""

    name = models.CharField(max_length=100)
    picture = models.ImageField(upload_to="posters", blank=True)
    hangs = models.BooleanField(default=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.name


class Print(Poster):
    """The same row under another name."""

    class Meta:
        app_label = "gallery"
        proxy = True
