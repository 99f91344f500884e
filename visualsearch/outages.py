"""What an error of a database means: whether it cannot be used now, so that the shop is to be asked again later."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

RETRY_SECONDS = 10
"""After how long whoever asked may ask again."""


def is_outage(error: BaseException) -> bool:
    """Tell whether an error is that of a database which cannot be reached or is busy, and not of a wrong statement."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    # SQLite says OperationalError of a table that is missing too, which no waiting mends.
    return getattr(error.__cause__, "sqlite_errorname", "") != "SQLITE_ERROR"


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's five characters for what went wrong, "" where it said nothing or is another database."""
    return getattr(error.__cause__, "sqlstate", None) or ""
