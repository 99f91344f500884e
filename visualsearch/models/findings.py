"""What the catalogue doctor found: pictures that somebody should look at."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from visualsearch.keys import KEY_MOST


class FindingKind(models.TextChoices):
    """What may be wrong with a picture."""

    TWIN = "twin", _("listed twice?")
    SHARED = "shared", _("one picture, several objects")
    STRANGER = "stranger", _("unlike the others")
    SMALL = "small", _("too small")
    FAILED = "failed", _("failed")
    PLACE = "place", _("says where it was taken")


class Finding(models.Model):
    """A picture that somebody should look at, beside the one that it is compared with; each examination starts anew."""

    source = models.CharField(_("source"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8, choices=FindingKind.choices)
    object_key = models.CharField(max_length=KEY_MOST)
    picture_key = models.CharField(max_length=KEY_MOST)
    other_object_key = models.CharField(max_length=KEY_MOST, blank=True)
    other_picture_key = models.CharField(max_length=KEY_MOST, blank=True)
    score = models.FloatField(_("cosine"), null=True)
    """Of the two pictures' vectors, -1 to 1; None where none are compared."""
    words = models.TextField(_("why"), blank=True)
    found = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("catalogue finding")
        verbose_name_plural = _("catalogue findings")
        ordering = ["kind", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.object_key}"
