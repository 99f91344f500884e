"""The tables of docs/growing.md."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from benchmarks.growing import measured, vendor
from benchmarks.growing.measured import Series

NUMBERS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
HOST = 64 * 2**30
"""Memory of the host that we compute with, in bytes."""
USABLE = 0.75
PROCESSES = 8
"""Web processes of such a host."""
REPLICAS = 2


def tables(prices: vendor.Prices) -> dict[str, str]:
    """Return each table by its name."""
    return {
        "designs": designs(),
        "host": host(),
        "searches": searches(),
        "making": making(),
        "cluster": cluster(prices),
        "managed": managed(),
    }


def all_series() -> tuple[Series, ...]:
    """Return the indexes that one machine holds."""
    return (
        measured.exact_series(),
        measured.faiss_series(),
        measured.engine_series("pgvector"),
        measured.engine_series("milvus"),
    )


def designs() -> str:
    """Time of a query and size, by the number of pictures."""
    names = {"milvus": "Milvus Lite"}
    series = all_series()
    head = ["pictures", *(names.get(one.name, f"`{one.name}`") for one in series)]
    return _table(head, ([f"{number:,}", *(_design(one, number) for one in series)] for number in NUMBERS))


def _design(series: Series, number: int) -> str:
    found = series.at(number)
    if found is None:
        return "" if series.points else "not measured yet"
    point, is_measured = found
    size = f", {_bytes(point.stored * number)}" if point.stored else ""
    build = f", built in {_time(point.build_seconds)}" if point.build_seconds else ""
    return f"{'' if is_measured else '~ '}{_ms(point.milliseconds)}{size}{build}"


def host() -> str:
    """Most pictures that one host carries, by the memory that an index takes there."""
    exact, faiss, pgvector, _ = all_series()
    largest = faiss.points[-1]
    rows = [
        ["`exact`", _most(PROCESSES * (exact.points[-1].stored or 0)), "every process holds every vector"],
        [
            "`faiss`",
            _most((largest.stored or 0) + (largest.build_bytes or 0)),
            "one mapped file for all processes, and a worker that builds the next one",
        ],
        ["`faiss`, snapshots fetched", _most(largest.stored or 0), "another host builds"],
        ["`pgvector`", _most_of(pgvector), "graph and rows in the memory of the database's host"],
    ]
    return _table(["index", "pictures", "what is in the memory"], rows)


def _most_of(series: Series) -> str:
    stored = series.points[-1].stored if series.points else None
    return _most(stored) if stored else "not measured yet"


def _most(stored: float) -> str:
    return f"{HOST * USABLE / stored / 1e6:,.0f} million"


def searches() -> str:
    """Searches a second that one core answers, with what seeing the photo takes and without."""
    faiss, rate = measured.faiss_series(), measured.photos_a_second()
    rows = []
    for number in NUMBERS:
        found = faiss.at(number)
        if found:
            point, is_measured = found
            by_photo = 1000 / (1000 / rate + point.milliseconds)
            mark = "" if is_measured else "~ "
            rows.append([f"{number:,}", f"{mark}{by_photo:,.0f}", f"{mark}{1000 / point.milliseconds:,.0f}"])
    return _table(
        ["pictures", "by photo (`products-4`)", "like a product (`find_like`), index alone"],
        rows,
    )


def making() -> str:
    """Time to turn so many pictures into vectors."""
    cost = measured.core_milliseconds_a_picture()
    rows = ([f"{number:,}", *(_time(number * cost / 1000 / cores) for cores in (2, 16, 128))] for number in NUMBERS)
    return _table(["pictures", "2 cores", "16 cores", "128 cores"], rows)


def cluster(prices: vendor.Prices) -> str:
    """Memory, disks, nodes and cost of query nodes, by the documented rules."""
    rows = []
    for number in NUMBERS[3:]:
        for kind in vendor.KINDS:
            memory = number * (kind.memory + vendor.SCALARS) / (1 - vendor.FREE)
            store = vendor.STORE_COPIES * number * (vendor.HALF + vendor.SCALARS / 2)
            nodes = ceil(memory / HOST)
            month = prices.month(memory=REPLICAS * memory, disk=REPLICAS * number * kind.disk, store=store)
            disk = _bytes(number * kind.disk) if kind.disk else ""
            rows.append(
                [f"{number:,}", f"`{kind.name}`", _bytes(memory), disk, f"{nodes} x {REPLICAS}", f"{month:,.0f}"]
            )
    head = ["pictures", "kind", "memory", "NVMe", "query nodes of 64 GiB x replicas", "dollars a month"]
    return _table(head, rows)


def managed() -> str:
    """Units and price of the managed service, by its own table."""
    rows = [
        [f"{number:,}", one.name, f"{ceil(one.units(number))}", one.searches, one.latency, f"{one.cost(number):,.0f}"]
        for number in NUMBERS[3:]
        for one in vendor.MANAGED
    ]
    return _table(["pictures", "type", "units", "searches a second", "latency", "dollars a month, from"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bytes(size: float) -> str:
    return f"{size / 2**30:,.0f} GiB" if size >= 2**30 else f"{size / 2**20:,.0f} MiB"


def _ms(milliseconds: float) -> str:
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:,.0f} s"
    return f"{milliseconds:,.2g} ms" if milliseconds < 10 else f"{milliseconds:,.0f} ms"


def _time(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:,.1f} s"
