"""A second shop for the tests: posters with their picture on themselves."""

from __future__ import annotations

import uuid

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


class Frame(models.Model):
    """A frame that is known by a text, which may be long."""

    code = models.CharField(max_length=300, primary_key=True)
    picture = models.ImageField(upload_to="frames", blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return str(self.code)


class Cast(models.Model):
    """A thing whose keys are no numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    picture = models.ImageField(upload_to="prints", blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return str(self.id)
