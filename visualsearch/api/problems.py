"""From every error to its answer: problem details (RFC 9457) with a `type` that stays."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core import signals
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from visualsearch.exceptions import (
    CannotFetch,
    EmbedderUnavailable,
    ForbiddenAddress,
    ImageTooLarge,
    ImageTooPlain,
    ImageTooSmall,
    IndexUnavailable,
    InvalidBox,
    InvalidImage,
    InvalidQuery,
    SearchForgotten,
    SourceNotNamed,
    TooManyPixels,
    TooManySearches,
    UnknownSource,
    UnsupportedFormat,
    VisualSearchError,
)
from visualsearch.outages import RETRY_SECONDS, is_outage

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

_TYPES: tuple[tuple[type[Exception], int, str], ...] = (
    (TooManyPixels, 413, "too-many-pixels"),
    (ImageTooLarge, 413, "too-large"),
    (ImageTooSmall, 422, "too-small"),
    (ImageTooPlain, 422, "too-plain"),
    (UnsupportedFormat, 415, "unsupported-format"),
    (InvalidImage, 400, "not-an-image"),
    (ForbiddenAddress, 422, "forbidden-address"),
    (CannotFetch, 422, "cannot-fetch"),
    (InvalidBox, 400, "bad-box"),
    (SearchForgotten, 404, "query-forgotten"),
    (SourceNotNamed, 400, "bad-query"),
    (UnknownSource, 404, "not-found"),
    (InvalidQuery, 400, "bad-query"),
    (TooManySearches, 503, "overloaded"),
    (IndexUnavailable, 503, "index-not-ready"),
    (EmbedderUnavailable, 503, "index-not-ready"),
    (exceptions.ParseError, 400, "malformed"),
    (exceptions.NotAuthenticated, 401, "not-authenticated"),
    (exceptions.AuthenticationFailed, 401, "not-authenticated"),
    (exceptions.PermissionDenied, 403, "forbidden"),
    (PermissionDenied, 403, "forbidden"),
    (exceptions.NotFound, 404, "not-found"),
    (Http404, 404, "not-found"),
    (exceptions.MethodNotAllowed, 405, "method-not-allowed"),
    (exceptions.NotAcceptable, 406, "not-acceptable"),
    (exceptions.UnsupportedMediaType, 415, "unsupported-media-type"),
    (exceptions.Throttled, 429, "throttled"),
    (RequestDataTooBig, 413, "too-large"),
    (SuspiciousOperation, 400, "malformed"),
    # Whoever sent it has lost the network, and hears nothing of the answer.
    (UnreadablePostError, 400, "malformed"),
    (exceptions.APIException, 400, "bad-query"),
)
"""Status and type of each error, the most particular first."""

_TYPES_OF_FIELDS = {"box": "bad-box", "boxes": "bad-box", "point": "bad-box", "filters": "bad-filter"}

TYPES = (*dict.fromkeys([*(code for _, _, code in _TYPES), "bad-filter", "unavailable", "internal-error"]),)
"""Every `type` that the API gives."""

_RETRY_SECONDS = {"overloaded": 1, "unavailable": RETRY_SECONDS, "index-not-ready": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong with one request, or with one photo of several."""

    type: str
    status: int
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    """Of fields: the name, and what was expected there."""

    def as_dict(self) -> dict[str, Any]:
        """Return the members of RFC 9457, and `errors` where fields are wrong."""
        title = self.type.replace("-", " ").capitalize()
        body = {"type": self.type, "title": title, "status": self.status, "detail": _writable(self.detail)}
        errors = [{name: _writable(text) for name, text in error.items()} for error in self.errors]
        return {**body, "errors": errors} if errors else body


def _writable(text: str) -> str:
    """Return the text without what UTF-8 cannot say: half a pair of surrogates, which JSON can hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def problem_of(error: Exception) -> Problem:
    """Return what is told of an error; an unknown one is logged, and nothing of it is told."""
    if isinstance(error, exceptions.ValidationError):
        return _problem_of_fields(error)
    if is_outage(error):
        return Problem(type="unavailable", status=503, detail="The shop cannot be searched at the moment.")
    for kind, status, code in _TYPES:
        if isinstance(error, kind):
            # DRF turns 401 into 403 where no way to log in can be named; a class of the shop's own says its status too.
            status = error.status_code if isinstance(error, exceptions.APIException) else status
            code = "forbidden" if status == 403 else code
            return Problem(type=code, status=status, detail=_detail(error, status))
    logger.exception("The API failed.", exc_info=error)
    return Problem(type="internal-error", status=500, detail="Something went wrong here; it was noted.")


def told_problem_of(error: Exception, view: Any, request: Any) -> Problem:
    """Return the same, after what reports errors to the shop's people has heard of an unknown one."""
    problem = problem_of(error)
    if problem.type == "internal-error":
        signals.got_request_exception.send(sender=type(view), request=request)
    return problem


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to an error that a view has raised: DRF's EXCEPTION_HANDLER of every view of the API."""
    set_rollback()
    problem = told_problem_of(error, context.get("view"), context.get("request"))
    if problem.type in ("index-not-ready", "unavailable"):
        logger.error("The API cannot search: %s", error)
    return Response(
        problem.as_dict(), status=problem.status, headers=_headers(problem, error), content_type=CONTENT_TYPE
    )


def _headers(problem: Problem, error: Exception) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if problem.type in _RETRY_SECONDS:
        headers["Retry-After"] = str(_RETRY_SECONDS[problem.type])
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(math.ceil(getattr(error, "wait", None) or 1))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers


def _detail(error: Exception, status: int) -> str:
    match error:
        case TooManySearches():
            return str(error)
        case VisualSearchError():
            return "Searching is not possible at the moment." if status == 503 else str(error)
        case exceptions.APIException():
            return str(error.detail)
        case Http404():
            return "There is nothing under this address."
        case PermissionDenied():
            return "You may not do this."
    return "This request cannot be read: " + type(error).__name__ + "."


def _problem_of_fields(error: exceptions.ValidationError) -> Problem:
    errors = list(_flat(error.detail))
    first = errors[0] if errors else {"field": "", "detail": "Expected other fields."}
    code = _TYPES_OF_FIELDS.get(first["field"].split(".")[0], "bad-query")
    named = f"{first['field']}: {first['detail']}" if first["field"] else first["detail"]
    return Problem(type=code, status=400, detail=named, errors=errors)


def _flat(detail: Any, name: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            part = "" if key == "non_field_errors" else str(key)
            yield from _flat(value, ".".join(filter(None, (name, part))))
    elif isinstance(detail, list):
        for value in detail:
            yield from _flat(value, name)
    elif detail:
        yield {"field": name, "detail": str(detail)}
