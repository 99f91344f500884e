"""What `manage.py check` says of the index in PostgreSQL: its settings, and its database where one may be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings as django_settings
from django.core import checks

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.pgvector.building import KINDS
from visualsearch.indexes.pgvector.tables import LEAST_VERSION, extension_version
from visualsearch.indexes.pgvector.transactions import Transactions

_ENGINES = ("postgresql", "postgis")


def check_pgvector(**kwargs: Any) -> list[checks.CheckMessage]:
    """Look at the settings of the index, where it is named; no database is asked."""
    return [*_of_settings()] if _is_named() else []


def check_extension(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Look for the extension in the database of the index, where that is among those that may be asked."""
    alias = get_settings().pgvector_database
    if not _is_named() or alias not in (databases or ()) or any(_of_database()):
        return []
    try:
        version = Transactions(alias).read(extension_version, get_settings().index_seconds)
    except IndexUnavailable as error:
        hint = "Start the server, or look at DATABASES."
        return [checks.Error(f"The index 'pgvector' cannot be reached: {error}", hint=hint, id="visualsearch.E033")]
    if version >= LEAST_VERSION:
        return []
    found = f"pgvector {'.'.join(map(str, version))}" if version else "no pgvector"
    hint = "Install pgvector on the server, and run CREATE EXTENSION vector, or ALTER EXTENSION vector UPDATE, there."
    message = f"The database {alias!r} has {found}, and the index needs {'.'.join(map(str, LEAST_VERSION))}."
    return [checks.Warning(message, hint=hint, id="visualsearch.W031")]


def _is_named() -> bool:
    return "pgvector" in (get_settings().index, get_settings().fallback_index)


def _of_settings() -> Iterator[checks.CheckMessage]:
    settings = get_settings()
    if not find_spec("psycopg"):
        message = "VISUALSEARCH names the index 'pgvector', which needs psycopg 3."
        yield checks.Error(message, hint="Run `pip install django-visualsearch[pgvector]`.", id="visualsearch.E030")
    if settings.pgvector_kind not in KINDS:
        message = f"VISUALSEARCH['PGVECTOR_KIND'] is {settings.pgvector_kind!r}, which is no kind of index."
        yield checks.Error(message, hint=f"Write one of {', '.join(KINDS)}.", id="visualsearch.E031")
    yield from _of_database()


def _of_database() -> Iterator[checks.CheckMessage]:
    alias = get_settings().pgvector_database
    database = django_settings.DATABASES.get(alias)
    if database is None or not str(database["ENGINE"]).endswith(_ENGINES):
        what = f"is {database['ENGINE']}" if database else "is no alias in DATABASES"
        message = f"The index 'pgvector' needs a PostgreSQL, and {alias!r} {what}."
        hint = "Write the alias of a PostgreSQL into VISUALSEARCH['PGVECTOR_DATABASE']."
        yield checks.Error(message, hint=hint, id="visualsearch.E032")
    elif "connect_timeout" not in database.get("OPTIONS", {}):
        message = f"A search waits 130 s for a host of the database {alias!r} that does not answer."
        hint = f"Set DATABASES[{alias!r}]['OPTIONS']['connect_timeout'] to 2."
        yield checks.Warning(message, hint=hint, id="visualsearch.W030")
