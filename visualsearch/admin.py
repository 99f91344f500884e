"""The merchant's view: reindexing from any list, and the embeddings with their state."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from visualsearch.models import Embedding
from visualsearch.sources import sources_of
from visualsearch.tasks import sync_after_commit


class ReindexMixin:
    """Gives a registered model's admin the action "Reindex selected"."""

    actions: Any = ("reindex_selected",)

    @admin.action(description=_("Reindex selected"), permissions=["change"])
    def reindex_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Ask for a sync of the selected objects; a worker does it."""
        keys = list(queryset.values_list("pk", flat=True))
        sources = sources_of(queryset.model)
        for source in sources:
            sync_after_commit(source.name, keys)
        if not sources:
            messages.error(request, _("This model takes no part in visual search."))
            return
        text = ngettext("%d object will be reindexed.", "%d objects will be reindexed.", len(keys))
        messages.success(request, text % len(keys))


@admin.register(Embedding)
class EmbeddingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A read-only list: rows are made by the sync alone."""

    list_display = ("picture_name", "source", "object_key", "state", "error", "revision", "updated")
    list_filter = ("state", "source", "fingerprint")
    search_fields = ("=object_key", "picture_name", "=digest")
    ordering = ("-revision",)
    exclude = ("vector",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Embedding | None = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Embedding | None = None) -> bool:
        """Nobody deletes a row by hand: every index must hear of it through the journal."""
        return False
