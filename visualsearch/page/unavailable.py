"""What a shopper sees while the shop's database cannot be used: a page that needs none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from visualsearch.outages import RETRY_SECONDS, is_outage

logger = logging.getLogger(__name__)

_TEMPLATE = "visualsearch/unavailable.html"
_SHOPS_FRAME, _PLAIN_FRAME = "visualsearch/base.html", "visualsearch/plain.html"

View = Callable[..., HttpResponseBase]


def told_in_outages(view: View) -> View:
    """Answer 503 with a page of its own where the database cannot be used in this view.

    The view runs outside of ATOMIC_REQUESTS, which would ask the database before the view does, and keep a
    transaction open while a photo is looked at.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            if not is_outage(error):
                raise
            logger.error("The shop-by-photo page cannot use the database: %s", error)
            return _unavailable(request)

    return transaction.non_atomic_requests(answer)


def _unavailable(request: HttpRequest) -> HttpResponse:
    again = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    response = HttpResponse(_render({"again": again}), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def _render(context: dict[str, Any]) -> str:
    """Render in the shop's frame, without the request: what it tells every template may be asked of the database."""
    try:
        return render_to_string(_TEMPLATE, {**context, "frame": _SHOPS_FRAME})
    except Exception as error:  # the shop's frame may do anything
        logger.warning("The shop's frame cannot be shown without its database: %s", error)
        return render_to_string(_TEMPLATE, {**context, "frame": _PLAIN_FRAME})
