"""The three answers to supervisors."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from visualsearch.health.exposition import CONTENT_TYPE, expose
from visualsearch.health.readiness import CHECKS, NEEDED, find_problems
from visualsearch.telemetry.metrics import IS_INSTALLED


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers, whatever else is down: one that does not should be started again."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether shoppers can be sent here, 200 or 503; `?only=worker` asks some of the checks.

    All are told, and 503 comes of what this server needs itself, or of those that are asked for by name.
    """
    asked = [name for name in request.GET.get("only", "").split(",") if name]
    if unknown := sorted(set(asked) - set(CHECKS)):
        return JsonResponse({"error": f"Expected some of {', '.join(CHECKS)}, got {unknown[0]!r}."}, status=400)
    problems = find_problems(asked or list(CHECKS))
    ready = not any(problems[name] for name in asked or NEEDED)
    checks = {name: problem or "ok" for name, problem in problems.items()}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures for Prometheus; 404 without the extra `metrics`."""
    if not IS_INSTALLED:
        raise Http404("Run `pip install django-visualsearch[metrics]` to have figures here.")
    return HttpResponse(expose(), content_type=CONTENT_TYPE)
