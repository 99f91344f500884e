"""From an address on the web to bytes, without reaching into the network that the shop stands in."""

from __future__ import annotations

from importlib.util import find_spec

from visualsearch.conf import get_settings
from visualsearch.exceptions import CannotFetch

__all__ = ["can_fetch", "fetch_photo"]


def can_fetch() -> bool:
    """Tell whether photos may be given by their address: the setting FETCH says so and the extra is installed."""
    return get_settings().fetch and find_spec("requests_hardened") is not None


def fetch_photo(url: str) -> bytes:
    """Return what lies at an http or https address, at most IMAGE_BYTES_MOST bytes within FETCH_SECONDS.

    Raises ForbiddenAddress for an address that may not be fetched, CannotFetch where nothing can be had, and
    ImageTooLarge for more bytes. What the bytes are is not looked at.
    """
    if not can_fetch():
        raise CannotFetch(
            "Photos cannot be given by address here: run `pip install django-visualsearch[fetch]` and leave "
            "VISUALSEARCH['FETCH'] on."
        )
    from visualsearch.addresses.fetching import fetch

    return fetch(url)
