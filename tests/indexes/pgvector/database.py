"""A database of a test's own under an alias of Django's, for this process and its threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from catalog.databases import read_database
from visualsearch.indexes import Index, Space
from visualsearch.indexes.pgvector import PgvectorIndex


@contextmanager
def database_as(alias: str, url: str) -> Iterator[None]:
    """Let an alias name the database of this address, and bring back what it named."""
    settings = connections.settings
    known, old = settings.get(alias), getattr(connections._connections, alias, None)
    new = connections.configure_settings({"default": {}, alias: _read(url)})[alias]
    settings[alias] = new
    connections[alias] = connections.create_connection(alias)
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        settings.pop(alias) if known is None else settings.update({alias: known})
        if old is not None:
            connections[alias] = old


def _read(url: str) -> dict[str, Any]:
    database = read_database(url)
    return database if url.startswith("sqlite") else {**database, "OPTIONS": {"connect_timeout": 2}}


def open_in_child(space: Space) -> Index:
    """Open the index in the shop's own database, as a process of a shop does."""
    return PgvectorIndex(space)
