"""What a shop's templates load: `{% load visualsearch %}`."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django import template
from django.db import connection, transaction
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from visualsearch.exceptions import VisualSearchError
from visualsearch.search import find_like

logger = logging.getLogger(__name__)
register = template.Library()

TEMPLATE = "visualsearch/_looks_like_this.html"


@register.simple_tag(takes_context=True)
def looks_like_this(context: template.Context, obj: Model, limit: int = 6, source: str = "") -> SafeString:
    """Show what looks like the object: `{% looks_like_this product limit=6 %}`.

    Rendered by `visualsearch/_looks_like_this.html`, which a shop may override, with `results` and all that the page
    knows. Shows nothing where there is nothing to show, and where anything fails: the page around it is worth more.
    """
    try:
        with _savepoint():
            results = find_like(obj, source=source, limit=limit)
            return _render(context, results) if results else SafeString()
    except VisualSearchError as error:
        logger.warning("What looks like %r is not shown: %s", obj, error)
    except Exception:
        logger.exception("What looks like %r is not shown.", obj)
    return SafeString()


def _savepoint() -> AbstractContextManager[Any]:
    """Keep an error of the database from ending the transaction that the page may run in."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _render(context: template.Context, results: list[Any]) -> SafeString:
    known: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
    return render_to_string(TEMPLATE, {**known, "results": results}, context.get("request"))
