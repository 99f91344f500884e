"""How long the body of a request may be: known by its length, before a byte of it lies on a disk."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest

from visualsearch.conf import get_settings
from visualsearch.images import check_length

HEADERS_OF_PARTS = 65_536
"""Bytes of a request beside its photos."""

READ_AT_ONCE = 65_536
"""Bytes of a refused body."""


def refuse_long(request: HttpRequest, photos: int = 1) -> None:
    """Raise ImageTooLarge for a body that is longer than so many of the largest photos."""
    check_length((length_of(request) - HEADERS_OF_PARTS) // photos)


def forget_rest(request: HttpRequest, photos: int = 1) -> None:
    """Read what was sent and not read, and forget it, so that its sender hears the refusal.

    Of a connection that is closed before all is read many servers and clients lose the answer. A body twice as long
    as any that is allowed is not waited for.
    """
    if length_of(request) > 2 * photos * get_settings().image_bytes_most:
        return
    with suppress(OSError):  # of a sender that is gone
        while request.read(READ_AT_ONCE):
            pass


def length_of(request: HttpRequest) -> int:
    """Return how long the body says it is, 0 where it says nothing that is a number: of that Django reads nothing."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0
