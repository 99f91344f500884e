"""Reindex jobs: what somebody in the admin asked for, how far it is, and what failed on the way."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from visualsearch.keys import KEY_MOST


class JobState(models.TextChoices):
    """What becomes of a job."""

    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class ReindexJob(models.Model):
    """The wish that pictures are looked at again, done batch by batch and visible while it is done.

    Carries the plug-in's three permissions, since it is what they are about.
    """

    source = models.CharField(_("source"), max_length=100)
    keys = models.JSONField(null=True)
    """Primary keys as text, in their order; None for every object of the source."""
    state = models.CharField(_("state"), max_length=9, choices=JobState.choices, default=JobState.RUNNING)
    total = models.PositiveIntegerField()
    """Objects, as many as there were at the start."""
    done = models.PositiveIntegerField(default=0)
    embedded = models.PositiveIntegerField(default=0)
    """Vectors computed; a picture whose file has not changed keeps its own."""
    failed = models.PositiveIntegerField(default=0)
    cursor = models.CharField(max_length=KEY_MOST, blank=True)
    """Where the next batch begins: how many `keys` are done, or without them the last object's primary key."""
    turn = models.PositiveIntegerField(default=0)
    """Rises with every batch begun: a message or a worker with an older one has nothing to say any more."""
    due = models.DateTimeField(db_index=True)
    """From when on the next batch is called again, because its message or its worker must have been lost."""
    rate = models.FloatField(default=0.0)
    """Objects a second, the last batches counting most; 0 before the first."""
    progressed = models.DateTimeField()
    """When the last batch ended, or the job began or was resumed."""
    created = models.DateTimeField(_("asked for"), auto_now_add=True)
    ended = models.DateTimeField(_("ended"), null=True)
    by = models.CharField(_("asked for by"), max_length=150, blank=True)
    """The name of who asked for it; the admin's log names the user."""

    class Meta:
        verbose_name = _("reindex job")
        verbose_name_plural = _("reindex jobs")
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [
            ("view_status", "Can see the state of visual search"),
            ("reindex", "Can reindex pictures"),
            ("change_settings", "Can change how visual search works"),
        ]

    def __str__(self) -> str:
        text = ngettext("%(total)d object of %(source)s", "%(total)d objects of %(source)s", self.total)
        return text % {"total": self.total, "source": self.source}

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.state in (JobState.DONE, JobState.CANCELLED)

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else float(self.is_over)

    @property
    def left(self) -> timedelta | None:
        """How long the rest takes at the present rate; None where nobody knows."""
        if self.is_over or not self.rate:
            return None
        return timedelta(seconds=round(max(0, self.total - self.done) / self.rate))

    @property
    def took(self) -> timedelta | None:
        """How long a job lasted from the wish to its end, with all pauses; None before its end."""
        return self.ended - self.created if self.ended else None


class JobFailure(models.Model):
    """A picture or an object that a job could not bring in step, and why."""

    job = models.ForeignKey(ReindexJob, models.CASCADE, related_name="failures")
    object_key = models.CharField(max_length=KEY_MOST)
    picture_name = models.CharField(max_length=500, blank=True)
    """Empty where the object itself could not be looked at."""
    error = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.object_key} {self.picture_name}: {self.error}"
