"""The list of embeddings: which pictures are searchable, and why others are not."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path

from visualsearch.admin import dashboard
from visualsearch.models import Embedding


@admin.register(Embedding)
class EmbeddingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A read-only list: rows are made by the sync alone."""

    list_display = ("picture_name", "source", "object_key", "state", "error", "revision", "updated")
    list_filter = ("state", "source", "fingerprint")
    search_fields = ("=object_key", "picture_name", "=digest")
    ordering = ("-revision",)
    exclude = ("vector",)
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the buttons on the dashboard, which has no model of its own."""
        view = self.admin_site.admin_view
        return [
            path("prove/", view(dashboard.prove), name="visualsearch_prove"),
            path("rebuild/", view(dashboard.rebuild_index), name="visualsearch_rebuild"),
            path("embedder/", view(dashboard.change_embedder), name="visualsearch_embedder"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Embedding | None = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Embedding | None = None) -> bool:
        """Nobody deletes a row by hand: every index must hear of it through the journal."""
        return False
