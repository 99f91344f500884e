"""The catalogue doctor in the admin: a list of findings with their pictures side by side, and what mends them."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from visualsearch.admin.jobs import ask_for_job
from visualsearch.admin.links import admin_url
from visualsearch.admin.permissions import demand, may_reindex, may_view
from visualsearch.admin.spreadsheets import harmless
from visualsearch.exceptions import UnknownSource
from visualsearch.keys import with_keys
from visualsearch.models import Finding, ServingEmbedder
from visualsearch.sources import get_source
from visualsearch.sources.hooks import pictures_shown, title_of
from visualsearch.tasks import ask_for, examine

COLUMNS = ("source", "kind", "object_key", "picture_key", "other_object_key", "other_picture_key", "score", "words")
"""Of the CSV export."""


@admin.register(Finding)
class FindingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Findings of the last examination; each leads to the objects' own pages, where they are mended."""

    list_display = ("kind", "picture", "other", "score", "words")
    list_display_links = None
    list_filter = ("kind", "source")
    list_per_page = 25
    actions = ("reindex_findings", "export_as_csv")
    change_list_template = "admin/visualsearch/findings.html"

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, finding: Finding) -> SafeString:
        """Show the picture, and lead to its object."""
        return _shown(finding.source, finding.object_key, finding.picture_key)

    @admin.display(description=gettext_lazy("compared with"))
    def other(self, finding: Finding) -> SafeString:
        """Show the picture that it is compared with, and lead to its object."""
        if not finding.other_object_key:
            return SafeString("–")
        return _shown(finding.source, finding.other_object_key, finding.other_picture_key)

    @admin.action(description=gettext_lazy("Reindex the objects of the selected"), permissions=["reindex"])
    def reindex_findings(self, request: HttpRequest, queryset: QuerySet[Finding]) -> HttpResponse | None:
        """Start a job a source for the objects of the selected findings, and show the last."""
        job = None
        for name in queryset.order_by("source").values_list("source", flat=True).distinct():
            keys = queryset.filter(source=name).order_by("pk").values_list("object_key", flat=True)
            job = ask_for_job(request, get_source(name), list(keys))
        return HttpResponseRedirect(reverse("admin:visualsearch_reindexjob_change", args=[job.pk])) if job else None

    @admin.action(description=gettext_lazy("Export the selected as CSV"), permissions=["view"])
    def export_as_csv(self, request: HttpRequest, queryset: QuerySet[Finding]) -> HttpResponse:
        """Send the selected findings as a file."""
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="findings.csv"'
        writer = csv.writer(response)
        writer.writerow(COLUMNS)
        for row in queryset.order_by("kind", "pk").values_list(*COLUMNS).iterator(chunk_size=500):
            writer.writerow([harmless(value) for value in row])
        return response

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the button that asks for an examination."""
        view = self.admin_site.admin_view(self.examine_view)
        return [path("examine/", view, name="visualsearch_finding_examine"), *super().get_urls()]

    @method_decorator(require_POST)
    def examine_view(self, request: HttpRequest) -> HttpResponse:
        """Ask a worker to examine the catalogue."""
        demand(may_reindex(request))
        if ask_for(examine):
            words = _("An examination of the catalogue was asked for.")
            row = ServingEmbedder.read()
            LogEntry.objects.log_actions(request.user.pk or 0, [row], CHANGE, change_message=words, single_object=True)
            messages.success(request, words)
        else:
            messages.error(request, _("The broker cannot be reached, so no worker could be asked."))
        return HttpResponseRedirect(reverse("admin:visualsearch_finding_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list, with the button where the user may press it."""
        last = Finding.objects.order_by("-found").values_list("found", flat=True).first()
        known = {"title": _("Catalogue doctor"), "last": last, "may_reindex": may_reindex(request)}
        return super().changelist_view(request, {**(extra_context or {}), **known})

    def has_reindex_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may reindex; Django leaves the action out for others."""
        return may_reindex(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user sees findings at all."""
        return may_view(request)

    def has_view_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        """Tell whether the user may see findings."""
        return may_view(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The doctor alone makes findings."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        """A finding is mended at its object."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        """The next examination replaces all of them."""
        return False


def _shown(source_name: str, object_key: str, picture_key: str) -> SafeString:
    """Return the picture and its object's title, linked; an object that is gone is named by its key."""
    try:
        source = get_source(source_name)
    except UnknownSource:
        return format_html("{}", object_key)
    obj = with_keys(source.get_queryset(), [object_key]).first()
    if obj is None:
        return format_html("{}", object_key)
    found = next((one for one in pictures_shown(source, obj) if one.key == picture_key), None)
    image = (
        format_html('<img class="vs-small" src="{}" alt="" loading="lazy">', found.url) if found and found.url else ""
    )
    title, url = title_of(source, obj), admin_url(source_name, object_key)
    return format_html('<a href="{}">{}{}</a>', url, image, title) if url else format_html("{}{}", image, title)
