"""Reindexing from the admin of any registered model: of the selected, of one object, of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from visualsearch.admin.jobs import ask_for_job
from visualsearch.admin.permissions import demand, may_reindex
from visualsearch.sources import VisualSource, sources_of


class ReindexMixin:
    """Gives a registered model's admin "Reindex selected", a button on each object and one for everything.

    A ModelAdmin with templates of its own extends those named here.
    """

    actions: Any = ("reindex_selected",)
    change_form_template: Any = "admin/visualsearch/change_form.html"
    change_list_template: Any = "admin/visualsearch/change_list.html"

    def has_reindex_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may reindex; Django leaves the action out for others."""
        return may_reindex(request)

    @admin.action(description=_("Reindex selected"), permissions=["reindex"])
    def reindex_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Start a job for the selected objects, and show it."""
        return self._start(request, list(queryset.order_by("pk").values_list("pk", flat=True)))

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button on an object's page."""
        site: Any = self.admin_site  # type: ignore[attr-defined]
        name = f"{self.opts.app_label}_{self.opts.model_name}_reindex"  # type: ignore[attr-defined]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("<path:object_id>/reindex/", site.admin_view(self.reindex_view), name=name), *urls]

    @method_decorator(require_POST)
    def reindex_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start a job for one object, and show it."""
        demand(may_reindex(request))
        obj = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if obj is None:
            raise Http404
        here = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
        return self._start(request, [obj.pk]) or HttpResponseRedirect(here)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """Show the object's page, with the button where the user may press it."""
        known = {**(extra_context or {}), **self._known(request)}
        return super().change_view(request, object_id, form_url, known)  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list, with the way to "Reindex everything" where the user may go there."""
        known = {**(extra_context or {}), **self._known(request)}
        return super().changelist_view(request, known)  # type: ignore[misc]

    def _known(self, request: HttpRequest) -> dict[str, Any]:
        return {"reindex_sources": self._sources() if may_reindex(request) else ()}

    def _sources(self) -> Sequence[VisualSource]:
        return sources_of(self.model)  # type: ignore[attr-defined]

    def _start(self, request: HttpRequest, keys: list[Any]) -> HttpResponse | None:
        """Start a job a source, and show the last; None where the model takes no part."""
        jobs = [ask_for_job(request, source, keys) for source in self._sources()]
        if not jobs:
            messages.error(request, _("This model takes no part in visual search."))
            return None
        return HttpResponseRedirect(reverse("admin:visualsearch_reindexjob_change", args=[jobs[-1].pk]))
