"""From an answered search to its row, once the answer has gone out."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import DatabaseError, transaction
from django.http import HttpResponseBase

from visualsearch.conf import get_settings
from visualsearch.models import SearchRecord

logger = logging.getLogger(__name__)


def record_after(
    response: HttpResponseBase, query_id: UUID, *, source: str, milliseconds: float, no_match: bool, count: int
) -> None:
    """Write what was searched when the server closes the response: whoever asked has the answer by then."""
    if not get_settings().record_searches:
        return
    row = SearchRecord(
        query_id=query_id, source=source, milliseconds=round(milliseconds), no_match=no_match, count=count
    )
    # What Django itself closes uploads with; a signal would not know which request has ended.
    response._resource_closers.append(lambda: _write(row))  # type: ignore[attr-defined]  # not in the stubs


def _write(row: SearchRecord) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except DatabaseError as error:
        logger.warning("The search %s is not recorded: %s", row.query_id, error)
