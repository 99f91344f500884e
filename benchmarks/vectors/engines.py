"""Any index by its name: built in one process, then searched in another, each way of filtering as a shop uses it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.vectors.data import FILTER_QUERIES, Data, K
from benchmarks.vectors.exact import Truth
from benchmarks.vectors.processes import memory
from benchmarks.vectors.timing import recall, time_each

if TYPE_CHECKING:
    from benchmarks.vectors.servers import Server

PARTS = (0.1, 0.01, 0.001)


def build(server: Server, data: Data) -> dict[str, Any]:
    """Build from pages as the journal gives them."""
    index = _open(server, data)
    _write_allowed(server, data)
    start = time.perf_counter()
    index.rebuild(_pages(index, data))
    return {"build_seconds": round(time.perf_counter() - start, 1)}


def search(server: Server, data: Data, truth: Truth) -> dict[str, Any]:
    """Open what was built, where it can be, and search in it."""
    index = _open(server, data)
    before = memory("Pss")
    index.catch_up(_pages(index, data))
    for query in data.queries[:50]:
        index.search(query, K)
    found, times = time_each(data.queries, lambda query: index.search(query, K).ids)
    filters = [_filtered(index, data, part, truth.filtered[part]) for part in PARTS]
    status = index.status()
    stored = status.details.get("bytes")
    return {
        "kind": status.kind,
        "details": {key: value for key, value in status.details.items() if isinstance(value, int | float)},
        "all": {"recall_at_10": recall(found, truth.ids), **times},
        "filters": filters,
        "process_mib": round(memory("Pss") - before),
        # Of memory that its processes share, a server counts what those that are there have touched.
        "server_mib": server.memory_mib(),
        "stored_mib": None if stored is None else round(stored / 2**20),
    }


def _open(server: Server, data: Data) -> Any:
    import django
    from django.conf import settings

    databases = {"default": server.database} if server.database else {}
    settings.configure(INSTALLED_APPS=["visualsearch"], DATABASES=databases, VISUALSEARCH=server.settings)
    django.setup()
    from visualsearch.indexes import Attribute, Space, load_index

    attributes = tuple(Attribute(_name(part), "flag") for part in PARTS)
    space = Space(source="bench", fingerprint="bench", dimensions=data.dimensions, attributes=attributes)
    return load_index(server.settings["INDEX"], space)


def _name(part: float) -> str:
    return f"in_{part:g}".replace(".", "_")


def _pages(index: Any, data: Data) -> Callable[[int], Iterator[Any]]:
    """Return the reader of the rows, with what an index asks for to narrow by."""
    if not index.supports_conditions:
        return data.pages
    flags = {_name(part): np.isin(np.arange(data.size + 1), data.allowed(part)) for part in PARTS}

    def read(past: int) -> Iterator[Any]:
        for page in data.pages(past):
            values = tuple({name: bool(flag[id]) for name, flag in flags.items()} for id in page.ids)
            yield replace(page, objects=tuple(map(str, page.ids)), attributes=values)

    return read


def _write_allowed(server: Server, data: Data) -> None:
    """Put the allowed ids of each filter where a database joins them."""
    if not server.database:
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE allowed (part double precision, id bigint, PRIMARY KEY (part, id))")
        for part in PARTS:
            ids = data.allowed(part).tolist()
            cursor.execute("INSERT INTO allowed SELECT %s, unnest(%s::bigint[])", [part, ids])
        cursor.execute("ANALYZE allowed")


def _filtered(index: Any, data: Data, part: float, truth: np.ndarray) -> dict[str, Any]:
    """Search among a random part of the rows: joined, by a condition, or by their ids."""
    from visualsearch.indexes import Condition, RowsQuery

    if index.supports_join:
        rows = RowsQuery("SELECT id FROM allowed WHERE part = %s", (part,))
        way, ask = "join", lambda query: index.search_joined(query, K, rows).ids
    elif index.supports_conditions:
        conditions = (Condition(_name(part), "exact", True),)
        way, ask = "condition", lambda query: index.search_where(query, K, conditions).ids
    else:
        allowed = data.allowed(part)
        way, ask = "ids", lambda query: index.search(query, K, allowed).ids
    queries = data.queries[:FILTER_QUERIES]
    ask(queries[0])
    found, times = time_each(queries, ask)
    fewest = min(len(ids) for ids in found)
    return {"part": part, "way": way, "recall_at_10": recall(found, truth), "fewest_returned": fewest, **times}
