"""From an address to bytes, without reaching into the network that the shop stands in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened import Config, HTTPSession
from urllib3.exceptions import HTTPError

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """The address cannot be fetched; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """What a fetch may do."""

    bytes_most: int = 20_000_000
    seconds_most: float = 30.0
    redirects_most: int = 3
    ports: frozenset[int] = frozenset({80, 443})
    allow_loopback: bool = False
    """For tests only: whoever writes the feed could else make the shop call its own machine."""


def fetch(url: str, rules: FetchRules) -> bytes:
    """Return what lies at an http address; raises FetchError."""
    deadline = time.monotonic() + rules.seconds_most
    try:
        with _open_session(rules) as session:
            for _ in range(rules.redirects_most + 1):
                _check_address(url, rules)
                with session.get(url, stream=True, allow_redirects=False) as response:
                    if response.status_code not in _REDIRECTS:
                        return _read_body(response, rules, deadline)
                    url = urljoin(url, response.headers.get("Location", ""))
    except (requests.RequestException, HTTPError, OSError) as error:
        raise FetchError(f"it cannot be fetched ({type(error).__name__}: {error}).") from error
    raise FetchError(f"it is redirected more than {rules.redirects_most} times.")


def _open_session(rules: FetchRules) -> HTTPSession:
    session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=rules.allow_loopback,
            never_redirect=True,
            default_timeout=(5, 10),
            user_agent_override="catalog-import/1.0",
        )
    )
    # A proxy from the environment would resolve the name itself, past the filter of addresses.
    session.trust_env = False
    session.headers["Accept-Encoding"] = "identity"
    return session


def _check_address(url: str, rules: FetchRules) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchError(f"its address is wrong ({error}).") from error
    if parts.scheme not in ("http", "https"):
        raise FetchError(f"its address has the scheme '{parts.scheme}'; only http and https are fetched.")
    if parts.username or parts.password:
        raise FetchError("its address has a user name or password.")
    if port not in rules.ports:
        raise FetchError(f"its address has port {port}; only {sorted(rules.ports)} are fetched.")


def _read_body(response: requests.Response, rules: FetchRules, deadline: float) -> bytes:
    """Read piece by piece as they arrive, so that neither a huge nor a slow answer holds the import."""
    if response.status_code != 200:
        raise FetchError(f"the server answers {response.status_code}.")
    body = bytearray()
    while piece := response.raw.read1(65_536):
        body += piece
        if len(body) > rules.bytes_most:
            raise FetchError(f"it has more than {rules.bytes_most} bytes.")
        if time.monotonic() > deadline:
            raise FetchError(f"it takes longer than {rules.seconds_most:g} seconds.")
    return bytes(body)
