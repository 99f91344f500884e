"""Which addresses may be fetched: by their spelling, by their port, and by where their host is."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from visualsearch.conf import get_settings
from visualsearch.exceptions import ForbiddenAddress

CHARACTERS_MOST = 2048

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is given out to anybody; outside of it lie every private range and most spellings of IPv4 inside IPv6."""

_METADATA = IPv4Network("168.63.129.16/32")
"""Azure's own service to its machines, at an address that looks public."""

# Browsers, C libraries and proxies read 0x7f.1, 0177.0.0.1 and 2130706433 each in a way of its own.
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


def check_spelling(url: str) -> None:
    """Raise ForbiddenAddress for what is no plain http or https address."""
    if len(url) > CHARACTERS_MOST:
        raise ForbiddenAddress(f"Expected an address of at most {CHARACTERS_MOST} characters, got {len(url)}.")
    if "\\" in url or " " in url or not url.isprintable():
        raise ForbiddenAddress("Expected an address without spaces, backslashes and control characters.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ForbiddenAddress(f"Expected an address like https://example.com/photo.jpg: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise ForbiddenAddress(f"Expected an http or https address, got the scheme {parts.scheme[:20]!r}.")
    if "@" in parts.netloc:
        raise ForbiddenAddress("Expected an address without a user name or password.")
    if not parts.hostname:
        raise ForbiddenAddress("Expected an address with a host, like https://example.com/photo.jpg.")


def is_own_host(host: str, port: int) -> bool:
    """Tell whether the setting FETCH_HOSTS allows this host at this port wherever it lies."""
    settings = get_settings()
    names = {name.lower() for name in settings.fetch_hosts}
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" in names or (name in names and port in settings.fetch_ports)


def check_target(host: str, port: int) -> None:
    """Raise ForbiddenAddress for a port that is not allowed, and for an IP address that is private or oddly spelled."""
    ports = get_settings().fetch_ports
    if port not in ports:
        raise ForbiddenAddress(f"Expected one of the ports {', '.join(map(str, ports))}, got {port}.")
    if ":" in host or _ENDS_IN_NUMBER.search(host):
        try:
            check_ip(ip_address(host))
        except ValueError as error:
            raise ForbiddenAddress(f"Expected a host name or a plain IP address, got {host[:80]!r}.") from error


def check_ip(address: IPv4Address | IPv6Address) -> None:
    """Raise ForbiddenAddress for an address that is not given out to the public internet."""
    is_public = address.is_global and not address.is_multicast and not address.is_reserved
    if isinstance(address, IPv6Address):
        holds_ipv4 = address.sixtofour is not None or address.teredo is not None
        is_public = is_public and address in _GLOBAL_UNICAST and not holds_ipv4
    elif address in _METADATA:
        is_public = False
    if not is_public:
        raise ForbiddenAddress("Expected an address on the public internet; this host is in a private network.")
