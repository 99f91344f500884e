"""From the address of a database to Django's settings of it."""

from __future__ import annotations

from typing import Any

import environ

CONNECT_SECONDS = 5
"""Of a server that cannot be reached: a shopper is told so instead of waiting for the network to give up."""


def read_database(url: str) -> dict[str, Any]:
    """Return the settings of SQLite, PostgreSQL or MariaDB, with what each needs to wait rather than to fail."""
    found: dict[str, Any] = environ.Env.db_url_config(url)
    if found["ENGINE"].endswith("sqlite3"):
        # Without IMMEDIATE, a transaction that turns from reading to writing fails at once instead of waiting its turn.
        pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        return found
    found |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    options = {"connect_timeout": CONNECT_SECONDS, **found.get("OPTIONS", {})}
    if found["ENGINE"].endswith("mysql"):
        _take_pymysql()
        # By default it takes A and a for one letter, and keys of the shop's objects need not.
        options |= {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
        found["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"}
    return {**found, "OPTIONS": options}


def _take_pymysql() -> None:
    """Let Django use PyMySQL where mysqlclient, which needs a compiler, is not installed."""
    try:
        import MySQLdb  # noqa: F401
    except ImportError:
        import pymysql

        pymysql.install_as_MySQLdb()
