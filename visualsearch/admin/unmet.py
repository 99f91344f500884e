"""What shoppers looked for and did not find, in groups, beside the nearest that the shop has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from visualsearch.admin.links import admin_url
from visualsearch.admin.permissions import demand, may_view
from visualsearch.admin.pictures import Neighbour
from visualsearch.conf import get_settings
from visualsearch.exceptions import VisualSearchError
from visualsearch.models import UnmetSearch
from visualsearch.sources import VisualSource, all_sources
from visualsearch.unmet import Demand, get_unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """Searches that look alike, and what the shop has that is nearest."""

    group: Demand
    neighbours: list[Neighbour]


@admin.register(UnmetSearch)
class UnmetSearchAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One page in place of a list of rows, which say nothing one by one."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the groups of every source."""
        demand(may_view(request))
        shown, error = {}, ""
        try:
            shown = {source.name: _shown(source) for source in all_sources()}
        except VisualSearchError as why:
            error = str(why)
        return TemplateResponse(
            request,
            "admin/visualsearch/unmet.html",
            {
                **self.admin_site.each_context(request),
                **(extra_context or {}),
                "title": capfirst(self.opts.verbose_name_plural),
                "opts": self.opts,
                "sources": shown,
                "error": error,
                "keeps": get_settings().keep_query_vectors,
                "days": get_settings().query_vectors_days,
            },
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user sees it at all."""
        return may_view(request)

    def has_view_permission(self, request: HttpRequest, obj: UnmetSearch | None = None) -> bool:
        """Tell whether the user may see what shoppers looked for."""
        return may_view(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Searches alone leave rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: UnmetSearch | None = None) -> bool:
        """A row is what it is."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: UnmetSearch | None = None) -> bool:
        """Rows go by their age, or by the command."""
        return False


def _shown(source: VisualSource) -> list[ShownGroup]:
    return [ShownGroup(group=group, neighbours=_neighbours(source, group)) for group in get_unmet(source).groups]


def _neighbours(source: VisualSource, group: Demand) -> list[Neighbour]:
    return [Neighbour(result=one, url=admin_url(source.name, str(one.object.pk))) for one in group.nearest]
