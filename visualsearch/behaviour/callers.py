"""Who asks, as far as one caller must be told from another: an address that nobody stores."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

TURN_SECONDS = 3_600
"""A caller's photo counts once in this time."""

_SITE_BITS = 64
"""Of an IPv6 address: what names a customer, who has all addresses below it."""


def has_turn(caller: str) -> bool:
    """Tell whether this caller has not counted for an hour, and count it."""
    return bool(cache.add(cache_key("visualsearch.callers", caller), 1, timeout=TURN_SECONDS))


def cache_key(purpose: str, caller: str) -> str:
    """Return the key of a caller in the cache, which is not told who it is: a digest with the shop's own key."""
    return f"{purpose}.{salted_hmac(purpose, caller, algorithm='sha256').hexdigest()}"


def caller_of(request: HttpRequest) -> str:
    """Return the network that a request comes from, believing as many proxies as REST_FRAMEWORK["NUM_PROXIES"] says.

    Where that says nothing, what a request itself tells of its origin is not believed.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    proxies = getattr(settings, "REST_FRAMEWORK", {}).get("NUM_PROXIES") or 0
    told = [one.strip() for one in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if one.strip()]
    known = _address_in(told[-min(proxies, len(told))]) if proxies and told else None
    known = known or _address_in(peer)
    if known is None:  # a socket of this host
        return peer
    return str(ip_network(f"{known}/{_SITE_BITS}", strict=False)) if known.version == 6 else str(known)


def _address_in(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is, None for another: a caller may have written it, at any length."""
    try:
        known = ip_address(text)
    except ValueError:
        return None
    return (known.version == 6 and known.ipv4_mapped) or known
