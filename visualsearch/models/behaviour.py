"""What was searched and what shoppers did with the answers: counts and keys, nothing personal, kept for some days."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchRecord(models.Model):
    """One search that was answered, without its photo."""

    query_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=100)
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    milliseconds = models.PositiveIntegerField()
    """From the request to its answer."""
    no_match = models.BooleanField()
    count = models.PositiveIntegerField()
    """Results of the answer."""

    def __str__(self) -> str:
        return f"{self.query_id}: {self.count} results in {self.milliseconds} ms"


class Event(models.Model):
    """One thing that a shopper did, in the fields of the User Behavior Insights schema 1.3.

    Source: https://github.com/o19s/ubi. What the schema holds in `event_attributes.object` and `.position` lies flat.
    """

    application = models.CharField(max_length=100, blank=True)
    action_name = models.CharField(max_length=100)
    """`view`, `click`, `add_to_cart`, `purchase`, or a word of the shop's own."""
    query_id = models.UUIDField(null=True, db_index=True)
    """The search that led to it."""
    client_id = models.CharField(max_length=100, blank=True)
    """A name of chance that the app gives itself; nothing by which a person is known."""
    session_id = models.CharField(max_length=100, blank=True)
    timestamp = models.DateTimeField()
    """When it happened, by the clock of the app."""
    object_id = models.CharField(max_length=100, blank=True)
    object_id_field = models.CharField(max_length=100, blank=True)
    ordinal = models.PositiveIntegerField(null=True)
    """The place among the results, from 1."""
    message_type = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=1000, blank=True)
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.action_name} {self.object_id}".rstrip()


class UnmetSearch(models.Model):
    """A search that nothing was close enough to, where the shop has chosen to keep the vectors of such searches."""

    source = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=100)
    """Of the embedder that saw the photo."""
    vector = models.BinaryField()
    """Little-endian float16, as in `Embedding`."""
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("search without a close answer")
        verbose_name_plural = _("what shoppers looked for")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source}, {self.created}"
