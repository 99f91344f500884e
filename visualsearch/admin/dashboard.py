"""The condition of visual search on one page, and what can be done about it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from visualsearch.admin.lag_plot import LagPlot, plot_lag
from visualsearch.admin.permissions import demand, may_change_settings, may_reindex, may_view
from visualsearch.conf import get_settings
from visualsearch.embedders import label_of
from visualsearch.exceptions import EmbedderUnavailable, VisualSearchError
from visualsearch.models import ServingEmbedder
from visualsearch.overview import Overview, get_overview
from visualsearch.sources import VisualSource, all_sources
from visualsearch.sync import BEAT, Lag, Sign, want, want_previous
from visualsearch.tasks import ask_for, rebuild, ring_after_commit, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What the page shows, and what its user may do."""

    overview: Overview | None
    """None where something cannot even be looked at."""
    error: str = ""
    plot: LagPlot | None = None
    may_reindex: bool
    may_change: bool
    keeps_vectors: bool
    """Whether searches that are not met leave anything."""

    @property
    def sources(self) -> tuple[VisualSource, ...]:
        """The registered sources."""
        return all_sources()

    @property
    def beat(self) -> Sign | None:
        """The beat's last sign of life."""
        return next((sign for sign in self._signs if sign.name == BEAT), None)

    @property
    def workers(self) -> list[Sign]:
        """The workers' last signs of life."""
        return [sign for sign in self._signs if sign.name != BEAT]

    @property
    def _signs(self) -> list[Sign]:
        return self.overview.status.signs if self.overview else []


def get_dashboard(request: HttpRequest) -> Dashboard | None:
    """Return what the user may see of the condition of visual search; None for nothing."""
    if not may_view(request):
        return None
    overview, error = None, ""
    try:
        overview = get_overview(count_anew=False)
    except VisualSearchError as why:
        error = str(why)
    return Dashboard(
        overview=overview,
        error=error,
        plot=_plot(overview.status.lag) if overview else None,
        may_reindex=may_reindex(request),
        may_change=may_change_settings(request),
        keeps_vectors=get_settings().keep_query_vectors,
    )


def _plot(lag: Lag) -> LagPlot:
    times = [date_format(_in_local_time(quarter.at), "H:i") for quarter in lag.day]
    return plot_lag(lag.day, times)


def _in_local_time(at: datetime) -> datetime:
    """Return a moment of the database as the shop's people read it; without USE_TZ it is that already."""
    return timezone.localtime(at) if timezone.is_aware(at) else at


@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Ask a worker to compare shop, rows and index, and to mend what differs."""
    demand(may_reindex(request))
    return _ask(request, verify, _("A proof was asked for."))


@require_POST
def rebuild_index(request: HttpRequest) -> HttpResponse:
    """Ask a worker to build every index anew from the rows."""
    demand(may_change_settings(request))
    return _ask(request, rebuild, _("Building the index anew was asked for."))


@require_POST
def change_embedder(request: HttpRequest) -> HttpResponse:
    """Wish for another embedder: the one of the setting, or back to the one before."""
    demand(may_change_settings(request))
    try:
        name = want_previous() if "back" in request.POST else _want_setting()
    except EmbedderUnavailable as error:
        messages.error(request, str(error))
        return _back()
    ring_after_commit()
    return _done(
        request,
        _("The embedder %(name)s is made ready, and takes over when it is complete.") % {"name": label_of(name)},
    )


def _want_setting() -> str:
    name = get_settings().embedder
    want(name)
    return name


def _ask(request: HttpRequest, task: Any, words: str) -> HttpResponse:
    if ask_for(task):
        return _done(request, words)
    messages.error(request, _("The broker cannot be reached, so no worker could be asked."))
    return _back()


def _done(request: HttpRequest, words: str) -> HttpResponse:
    embedder = ServingEmbedder.read()
    LogEntry.objects.log_actions(request.user.pk or 0, [embedder], CHANGE, change_message=words, single_object=True)
    messages.success(request, words)
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:app_list", args=["visualsearch"]))
