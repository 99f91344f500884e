"""An index in PostgreSQL: the extension pgvector, in tables of its own beside the shop's."""

from __future__ import annotations

from visualsearch.indexes.pgvector.index import PgvectorIndex

__all__ = ["PgvectorIndex"]
