"""Servers of their own for the indexes that need one, and what they hold in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from benchmarks.vectors.processes import memory
from catalog.databases import read_database
from tests import postgres

# Those of the tests are for little memory and no surprise.
SETTINGS = {
    "shared_buffers": "512MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "2",
    "max_parallel_maintenance_workers": "2",
}


class Missing(Exception):
    """An engine cannot be had here."""


@dataclass(frozen=True)
class Server:
    """How a process reaches an index of a name."""

    settings: dict[str, Any]
    """The setting VISUALSEARCH."""
    database: dict[str, Any] = field(default_factory=dict)
    """The default of DATABASES, empty for none."""
    process: Callable[[], int] | None = None
    """Returns the id of the server's first process; None where it is not ours to look at."""

    def memory_mib(self) -> int | None:
        """Return the memory of all its processes, what they share counted once."""
        if self.process is None:
            return None
        first = psutil.Process(self.process())
        return round(sum(memory("Pss", process=one.pid) for one in (first, *first.children(recursive=True))))


@contextmanager
def server_of(name: str, folder: Path) -> Iterator[Server]:
    """Yield what an index needs, with nothing in it; raises Missing."""
    index, _, kind = name.partition("-")
    settings = {"INDEX": index, "DIRECTORY": folder / name, "INDEX_SECONDS": 60.0}
    if index == "pgvector":
        with _postgres() as (database, process):
            yield Server(settings | ({"PGVECTOR_KIND": kind} if kind else {}), database, process)
    elif index == "milvus":
        with _milvus(folder) as (address, process):
            yield Server(settings | address, process=process)
    else:
        yield Server(settings)


@contextmanager
def _postgres() -> Iterator[tuple[dict[str, Any], Callable[[], int] | None]]:
    try:
        opened = postgres.pgvector_server()
        url, own = opened.__enter__()
    except pytest.skip.Exception as reason:
        raise Missing(str(reason)) from reason
    try:
        if own:
            with psycopg.connect(url, autocommit=True) as connection:
                for name, value in SETTINGS.items():
                    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            own.stop()
            own.start()
        with postgres.own_database(url) as database:
            yield read_database(database), own.process_id if own else None
    finally:
        opened.__exit__(None, None, None)


@contextmanager
def _milvus(folder: Path) -> Iterator[tuple[dict[str, Any], Callable[[], int]]]:
    try:
        from tests.indexes.milvus.lite import TOKEN, Lite
    except ImportError as error:
        raise Missing(f"Milvus Lite is not installed: {error}.") from error
    place = folder / "milvus-server"
    place.mkdir()
    lite = Lite(place)
    lite.start()
    try:
        yield {"MILVUS_URI": lite.uri, "MILVUS_TOKEN": TOKEN}, lambda: lite._process.pid
    finally:
        lite.stop()
