"""From an answered search to its row, once the answer has gone out."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import DatabaseError, transaction
from django.http import HttpResponseBase

from visualsearch.behaviour.closing import after
from visualsearch.conf import get_settings
from visualsearch.models import SearchRecord, UnmetSearch
from visualsearch.vectors import Vectors, pack

logger = logging.getLogger(__name__)


def record_after(
    response: HttpResponseBase,
    query_id: UUID,
    *,
    source: str,
    milliseconds: float,
    no_match: bool,
    count: int,
    fingerprint: str,
    vector: Vectors,
) -> None:
    """Write what was searched once the answer has gone out.

    `vector`, of the photo, shape (1, dimensions), is kept where nothing was close enough and the shop wants it.
    """
    if not get_settings().record_searches:
        return
    row = SearchRecord(
        query_id=query_id, source=source, milliseconds=round(milliseconds), no_match=no_match, count=count
    )
    rows: list[SearchRecord | UnmetSearch] = [row]
    if no_match and get_settings().keep_query_vectors:
        rows.append(UnmetSearch(source=source, fingerprint=fingerprint, vector=pack(vector)))
    after(response, lambda: _write(query_id, rows))


def _write(query_id: UUID, rows: list[SearchRecord | UnmetSearch]) -> None:
    try:
        with transaction.atomic():
            for row in rows:
                row.save(force_insert=True)
    except DatabaseError as error:
        logger.warning("The search %s is not recorded: %s", query_id, error)
