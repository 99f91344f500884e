"""Who may do what: three permissions of Django's, given to users and groups like any other."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def may_view(request: HttpRequest) -> bool:
    """Tell whether the user may see the state of visual search; whoever may change it must see what comes of it."""
    return _has(request, "view_status") or may_reindex(request) or may_change_settings(request)


def may_reindex(request: HttpRequest) -> bool:
    """Tell whether the user may ask for pictures to be looked at again."""
    return _has(request, "reindex")


def may_change_settings(request: HttpRequest) -> bool:
    """Tell whether the user may change how visual search works."""
    return _has(request, "change_settings")


def demand(allowed: bool) -> None:
    """Raise PermissionDenied, which Django answers with 403, unless the user is allowed."""
    if not allowed:
        raise PermissionDenied


def _has(request: HttpRequest, codename: str) -> bool:
    return request.user.has_perm(f"visualsearch.{codename}")
