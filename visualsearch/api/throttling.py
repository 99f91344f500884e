"""How often a caller may ask: by scope, each key or user by itself, everybody else by address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from visualsearch.behaviour import callers

RATES: dict[str, str | None] = {
    "visualsearch-search-address": "120/min",
    "visualsearch-search-key": "1200/min",
    "visualsearch-events-address": "120/min",
    "visualsearch-events-key": "1200/min",
    "visualsearch-read-address": "300/min",
    "visualsearch-read-key": "3000/min",
}
"""Where REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] does not name another; None is no limit."""


class _RateThrottle(SimpleRateThrottle):
    """Counts in Django's default cache, which all processes of the shop should share."""

    kind = ""

    def __init__(self) -> None:
        """Leave the rate to the view's scope."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether the caller may ask once more."""
        self.scope = f"visualsearch-{getattr(view, 'throttle_scope', 'read')}-{self.kind}"
        rates = api_settings.DEFAULT_THROTTLE_RATES
        rate = rates[self.scope] if self.scope in rates else RATES.get(self.scope)
        try:
            self.num_requests, self.duration = self.parse_rate(None if rate is None else str(rate))
        except (KeyError, ValueError) as error:
            raise ImproperlyConfigured(f"Expected a rate like '60/min' for {self.scope}, got {rate!r}.") from error
        self.rate = None if rate is None else str(rate)
        return super().allow_request(request, view)

    def charge(self, more: int) -> bool:
        """Count a request as so many more; tells whether they were within the rate."""
        if self.rate is None or getattr(self, "key", None) is None:
            return True
        if len(self.history) + more > (self.num_requests or 0):
            return False
        self.history = [self.now] * more + self.history
        self.cache.set(self.key, self.history, self.duration)
        return True

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Return whom the request is counted for; None for nobody."""
        ident = self.ident_of(request)
        return None if ident is None else self.cache_format % {"scope": self.scope, "ident": ident}

    def ident_of(self, request: Request) -> str | None:
        """Return who asks, in this throttle's way to know them."""
        raise NotImplementedError


class KeyThrottle(_RateThrottle):
    """Counts by API key, or by user."""

    kind = "key"

    def ident_of(self, request: Request) -> str | None:
        """Return the key's or the user's own number; None for strangers."""
        return caller_of(request)


class AddressThrottle(_RateThrottle):
    """Counts strangers by their network: a header is believed for the proxies that NUM_PROXIES says there are."""

    kind = "address"

    def ident_of(self, request: Request) -> str | None:
        """Return the network; None for those who are known."""
        return callers.caller_of(request._request) if caller_of(request) is None else None


def caller_of(request: Request) -> str | None:
    """Return what a known caller is counted by."""
    if request.auth is not None and (key := getattr(request.auth, "pk", None)):
        return f"key:{key}"
    user: Any = request.user
    return f"user:{user.pk}" if user is not None and user.is_authenticated else None
