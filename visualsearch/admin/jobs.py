"""Reindex jobs in the admin: asked for, watched, paused, resumed, cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from visualsearch.admin.permissions import demand, may_reindex, may_view
from visualsearch.admin.progress import failures_of, progress_of
from visualsearch.exceptions import UnknownSource, VisualSearchError
from visualsearch.models import JobState, ReindexJob
from visualsearch.sources import VisualSource, get_source
from visualsearch.sync import cancel_job, estimate_reindex, pause_job, resume_job, start_job
from visualsearch.tasks import ring_after_commit

_Steps = dict[str, tuple[Callable[[ReindexJob], bool], Any]]

STEPS: _Steps = {
    "pause": (pause_job, gettext_lazy("Paused.")),
    "resume": (resume_job, gettext_lazy("Resumed.")),
    "cancel": (cancel_job, gettext_lazy("Cancelled.")),
}
"""What can be done with a job, by the last part of its address, and what the log says of it."""


def ask_for_job(request: HttpRequest, source: VisualSource, keys: Sequence[object] | None = None) -> ReindexJob:
    """Start a job in the user's name, call a worker, and write it into the admin's log."""
    job = start_job(source, keys, by=request.user.get_username())
    ring_after_commit()
    log(request, job, ADDITION, _("Reindexing was asked for."))
    return job


def log(request: HttpRequest, job: ReindexJob, flag: int, words: str) -> None:
    """Write what was done with a job into the admin's log."""
    user = request.user.pk or 0
    LogEntry.objects.log_actions(user, [job], flag, change_message=words, single_object=True)


@admin.register(ReindexJob)
class ReindexJobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The list of jobs, the page of each with its progress, and the way to a job for everything."""

    list_display = ("__str__", "state", "percent", "failed", "by", "created", "ended")
    list_filter = ("state", "source")

    @admin.display(description=gettext_lazy("progress"))
    def percent(self, job: ReindexJob) -> str:
        """Say how much of a job is done."""
        return f"{job.share:.0%}"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user sees jobs at all."""
        return may_view(request)

    def has_view_permission(self, request: HttpRequest, obj: ReindexJob | None = None) -> bool:
        """Tell whether the user may watch jobs."""
        return may_view(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs begin at the goods."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ReindexJob | None = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ReindexJob | None = None) -> bool:
        """Jobs stay as the record of what was done."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of what is done with jobs."""
        view = self.admin_site.admin_view
        return [
            path("everything/<str:name>/", view(self.everything_view), name="visualsearch_reindexjob_everything"),
            path("<int:pk>/progress/", view(self.progress_view), name="visualsearch_reindexjob_progress"),
            path("<int:pk>/retry/", view(self.retry_view), name="visualsearch_reindexjob_retry"),
            path("<int:pk>/step/<str:step>/", view(self.step_view), name="visualsearch_reindexjob_step"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show how far a job is."""
        demand(may_view(request))
        job = self._get(object_id)
        known = {"title": str(job), "job": job, "progress": progress_of(job), "failures": failures_of(job)}
        return self._page(request, "admin/visualsearch/job.html", {**known, "may_reindex": may_reindex(request)})

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Say how far a job is, to the script of its page."""
        demand(may_view(request))
        job = get_object_or_404(ReindexJob, pk=pk)
        return JsonResponse({**progress_of(job), "failures": failures_of(job)})

    @method_decorator(require_POST)
    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Pause, resume or cancel a job."""
        demand(may_reindex(request))
        job = get_object_or_404(ReindexJob, pk=pk)
        if step not in STEPS:
            raise Http404
        do, words = STEPS[step]
        if do(job):
            ring_after_commit()
            log(request, job, CHANGE, str(words))
        else:
            messages.warning(request, _("Nothing was done: meanwhile the job's state has changed."))
        return self._show(job)

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start a job for the objects that failed in this one."""
        demand(may_reindex(request))
        job = get_object_or_404(ReindexJob, pk=pk)
        keys = list(job.failures.order_by("pk").values_list("object_key", flat=True))
        return self._show(ask_for_job(request, _source(job.source), keys) if keys else job)

    def everything_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Say what reindexing all of a source means, and start it once that is confirmed."""
        demand(may_reindex(request))
        source = _source(name)
        if request.method == "POST":
            return self._show(ask_for_job(request, source))
        known: dict[str, Any] = {"title": _("Reindex everything"), "source": source}
        try:
            known["estimate"] = estimate_reindex(source)
        except VisualSearchError as error:
            known["error"] = error
        known["last"] = ReindexJob.objects.filter(source=name, keys__isnull=True, state=JobState.DONE).first()
        return self._page(request, "admin/visualsearch/everything.html", known)

    def _page(self, request: HttpRequest, template: str, known: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **known}
        return TemplateResponse(request, template, context)

    def _get(self, object_id: str) -> ReindexJob:
        try:
            return ReindexJob.objects.get(pk=int(object_id))
        except (ValueError, ObjectDoesNotExist):
            raise Http404 from None

    def _show(self, job: ReindexJob) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:visualsearch_reindexjob_change", args=[job.pk]))


def _source(name: str) -> VisualSource:
    try:
        return get_source(name)
    except UnknownSource:
        raise Http404 from None
