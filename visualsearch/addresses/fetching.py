"""From an address through its redirects to the bytes at their end."""

from __future__ import annotations

from http.client import HTTPException
from urllib.parse import urljoin

from requests import PreparedRequest, Request, RequestException, Response
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from visualsearch.addresses.pinning import PinningAdapter
from visualsearch.addresses.rules import check_spelling
from visualsearch.conf import get_settings
from visualsearch.deadline import Deadline
from visualsearch.exceptions import CannotFetch, ForbiddenAddress, ImageTooLarge

_HEADERS = {"User-Agent": "django-visualsearch", "Accept": "image/*", "Accept-Encoding": "identity"}
_PIECE = 65_536


def fetch(url: str) -> bytes:
    """Return the bytes; raises what `fetch_photo` raises."""
    settings = get_settings()
    with Deadline(settings.fetch_seconds) as deadline:
        for _ in range(settings.fetch_redirects_most + 1):
            response = _ask(url, deadline)
            try:
                if not response.is_redirect:
                    return _read_body(response, deadline)
                url = _target(url, response)
            finally:
                # Unread: the body of a redirect may have no end.
                response.close()
    raise CannotFetch(f"Expected at most {settings.fetch_redirects_most} redirects, got more.")


def _ask(url: str, deadline: Deadline) -> Response:
    check_spelling(url)
    try:
        request = Request("GET", url, headers=_HEADERS).prepare()
        return _send(request, deadline)
    except InvalidIPAddress as error:
        raise ForbiddenAddress(
            "Expected an address on the public internet; this host is in a private network."
        ) from error
    except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        raise _cannot(error, deadline) from error


def _send(request: PreparedRequest, deadline: Deadline) -> Response:
    """Send by an adapter of this hop alone: a session would bring cookies, a proxy of the environment and .netrc."""
    check_spelling(request.url or "")
    adapter = PinningAdapter(deadline, is_secure=(request.url or "").startswith("https:"))
    response: Response = adapter.send(request, stream=True, timeout=deadline.left, verify=True)
    return response


def _target(url: str, response: Response) -> str:
    # Written as UTF-8 by servers, read as Latin-1 by the library.
    location = response.headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise ForbiddenAddress(f"Expected a redirect to an http or https address: {error}.") from error


def _read_body(response: Response, deadline: Deadline) -> bytes:
    if response.status_code != 200:
        raise CannotFetch(f"Expected a photo at this address; its server answers {response.status_code}.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise CannotFetch("Expected a photo as it is; its server packs it though it was asked not to.")
    most = get_settings().image_bytes_most
    body = bytearray()
    try:
        while piece := response.raw.read1(_PIECE):
            body += piece
            if len(body) > most:
                raise ImageTooLarge(f"Expected a file of at most {most:,} bytes, got more.")
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise _cannot(error, deadline) from error
    if deadline.has_passed:
        raise _too_slow()
    return bytes(body)


def _cannot(error: Exception, deadline: Deadline) -> CannotFetch:
    return _too_slow() if deadline.has_passed else CannotFetch(f"This address cannot be fetched: {_reason(error)}.")


def _reason(error: Exception) -> str:
    """Say what kind of failure it was and no more: details would tell of the network that the shop stands in."""
    return type(error).__name__


def _too_slow() -> CannotFetch:
    return CannotFetch(f"Expected a photo within {get_settings().fetch_seconds:g} seconds; its server is slower.")
