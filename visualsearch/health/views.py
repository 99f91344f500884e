"""The three answers to supervisors."""

from __future__ import annotations

from ipaddress import ip_address

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from visualsearch.conf import get_settings
from visualsearch.health.exposition import CONTENT_TYPE, expose
from visualsearch.health.readiness import CHECKS, NEEDED, find_problems
from visualsearch.telemetry.metrics import IS_INSTALLED


@csrf_exempt  # takes no body, and so reads none
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers, whatever else is down: one that does not should be started again."""
    return JsonResponse({"alive": True})


@csrf_exempt  # takes no body, and so reads none
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


@csrf_exempt  # takes no body, and so reads none
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures for Prometheus; 404 without the extra `metrics`, 403 for whoever may not have them."""
    if not (_has_token(request) or _is_on_this_machine(request)):
        raise PermissionDenied("Figures are for this machine, and for whoever sends METRICS_TOKEN as a bearer token.")
    if not IS_INSTALLED:
        raise Http404("Run `pip install django-visualsearch[metrics]` to have figures here.")
    return HttpResponse(expose(), content_type=CONTENT_TYPE)


_FORWARDED = ("FORWARDED", "VIA", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP")
"""Headers by which a proxy tells that somebody else asks."""


def _has_token(request: HttpRequest) -> bool:
    token = get_settings().metrics_token
    return bool(token) and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")


def _is_on_this_machine(request: HttpRequest) -> bool:
    """Tell whether a program on this machine asks by itself, and not its proxy for somebody else."""
    try:
        peer = ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:  # a socket of this host, at whose other end a proxy is
        return False
    peer = (peer.version == 6 and peer.ipv4_mapped) or peer
    return peer.is_loopback and not any(f"HTTP_{name}" in request.META for name in _FORWARDED)
