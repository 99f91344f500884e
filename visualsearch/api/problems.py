"""From our errors to answers of HTTP, as problem details (RFC 9457)."""

from __future__ import annotations

from rest_framework.response import Response

from visualsearch.exceptions import (
    EmbedderUnavailable,
    ImageTooLarge,
    IndexUnavailable,
    InvalidBox,
    InvalidImage,
    InvalidQuery,
    VisualSearchError,
)

PROBLEMS: tuple[tuple[type[VisualSearchError], int, str], ...] = (
    (ImageTooLarge, 413, "too-large"),
    (InvalidImage, 400, "not-an-image"),
    (InvalidBox, 400, "bad-box"),
    (InvalidQuery, 400, "bad-query"),
    (EmbedderUnavailable, 503, "index-not-ready"),
    (IndexUnavailable, 503, "index-not-ready"),
)
"""Status and type of each error, the most particular first."""


def problem(error: VisualSearchError) -> Response:
    """Return the answer that says what was wrong and what to do."""
    status, code = next((status, code) for kind, status, code in PROBLEMS if isinstance(error, kind))
    detail = "Searching is not possible at the moment." if status == 503 else str(error)
    body = {"type": code, "title": code.replace("-", " ").capitalize(), "status": status, "detail": detail}
    headers = {"Retry-After": "30"} if status == 503 else None
    return Response(body, status=status, headers=headers, content_type="application/problem+json")
