"""A second shop for the tests: posters with their picture on themselves."""

from __future__ import annotations

import uuid
from typing import ClassVar

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


class Work(models.Model):
    """What others extend by a table of their own, or by none."""

    title = models.CharField(max_length=100, blank=True)
    picture = models.ImageField(upload_to="works", blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.title


class Sculpture(Work):
    """A work with a table of its own beside that of its parent."""

    weight = models.IntegerField(default=1)

    class Meta:
        app_label = "gallery"


class Bust(Sculpture):
    """A sculpture with a third table."""

    of = models.CharField(max_length=100, blank=True)

    class Meta:
        app_label = "gallery"


class Etching(Work):
    """A work under another name."""

    class Meta:
        app_label = "gallery"
        proxy = True


class WorkPhoto(models.Model):
    """A picture that hangs on a work, whichever kind it is."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="photos")
    file = models.ImageField(upload_to="photos", blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return f"{self.work_id}/{self.pk}"


class Style(models.Model):
    """What others point to by its code."""

    code = models.CharField(max_length=20, unique=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.code


class StylePhoto(models.Model):
    """A picture that points to a style by its code."""

    style = models.ForeignKey(Style, models.CASCADE, to_field="code")
    file = models.ImageField(upload_to="photos", blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.style_id


class Photo(models.Model):
    """A picture that several objects share."""

    file = models.ImageField(upload_to="photos", blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return str(self.file)


class Caption(models.Model):
    """Two steps from what it belongs to."""

    photo = models.ForeignKey(Photo, models.CASCADE)
    text = models.CharField(max_length=100, blank=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.text


class Look(models.Model):
    """What has a cover, photos, a parent and children."""

    KINDS: ClassVar[list[tuple[str, str]]] = [("day", "For the day"), ("eve", "For the evening")]

    title = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=10, choices=KINDS, default="day")
    shown = models.BooleanField(default=True)
    weight = models.IntegerField(default=0)
    cover = models.ForeignKey(Photo, models.SET_NULL, null=True, blank=True, related_name="covered")
    photos = models.ManyToManyField(Photo, blank=True, related_name="looks")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    made = models.DateField(null=True)

    class Meta:
        app_label = "gallery"

    def __str__(self) -> str:
        return self.title
