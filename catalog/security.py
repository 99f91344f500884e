"""What the shop tells browsers not to do."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""Nothing from elsewhere and nothing inline, so that a text of a feed that gets into a page can do nothing there."""


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give every answer the policy, but those that have one of their own."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # Django's own pages of errors, for developers, have all their style inside.
        if not (settings.DEBUG and response.status_code >= 400):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer
