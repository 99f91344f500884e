"""An index in PostgreSQL: the extension pgvector, in tables of its own beside the shop's."""

from __future__ import annotations

from visualsearch.indexes.pgvector.index import MOST_DIMENSIONS, PgvectorIndex

__all__ = ["MOST_DIMENSIONS", "PgvectorIndex"]
