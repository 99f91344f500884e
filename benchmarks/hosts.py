"""How many pictures a second several hosts embed, and what a host that starts saves by a snapshot of another.

    python -m benchmarks.hosts [--pictures N] [--rows N] [--json FILE]

Each host is a worker on a core of its own, as long as there are cores: what two of them do beside one is what a second
host of one core would add; with more hosts than cores nothing is added. Needs PostgreSQL and Redis, which
TEST_DATABASE_URL and TEST_BROKER_URL name.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import describe, publish
from tests.hosts import hosts_of
from tests.processes import Shop, wait_until
from tests.servers import missing_servers, own_servers
from tests.stock import write_catalogue

PACKAGES = ("celery", "django", "faiss-cpu", "numpy", "openvino", "pillow", "psycopg", "redis")
HOSTS = (1, 2, 4)
DIMENSIONS = 256
SECONDS = 600.0
SPACE = f"""
import resource, time
from visualsearch.indexes import Space, get_index
space = Space(source="catalog.product", fingerprint="benchmark", dimensions={DIMENSIONS})
index = get_index("faiss", space)
"""
# Rows in clusters, as those of a shop are.
FILL = """
import numpy as np
from visualsearch.models import Embedding, EmbeddingState, Journal
random = np.random.default_rng(0)
middles = random.standard_normal((1000, {dimensions}), dtype=np.float32)
for start in range(0, {rows}, 5000):
    vectors = middles[random.integers(0, 1000, 5000)] + random.standard_normal((5000, {dimensions}), dtype=np.float32)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f2")
    Embedding.objects.bulk_create(
        Embedding(source="catalog.product", fingerprint="benchmark", object_key=str(revision), picture_key="1",
                  state=EmbeddingState.READY, revision=revision, vector=vector.tobytes())
        for revision, vector in zip(Journal.take(5000), vectors)
    )
"""
SHARE = """
from visualsearch.models import read_changes
from visualsearch.sharing import upload_newer
start = time.perf_counter()
index.rebuild(read_changes(space))
built = time.perf_counter()
upload_newer(index)
uploaded = time.perf_counter()
size = sum(file.stat().st_size for file in index.snapshot()[1].iterdir())
print(json.dumps({"bytes": size, "build_s": round(built - start, 2), "upload_s": round(uploaded - built, 2)}))
"""
BEGIN = """
from visualsearch.sharing import refresh
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
refresh(index)
seconds = time.perf_counter() - start
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
assert len(index) == {rows}, len(index)
print(json.dumps({{"seconds": round(seconds, 2), "mb_at_most": round(grown)}}))
"""


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=600, help="pictures that are embedded each time")
    parser.add_argument("--rows", type=int, default=100_000, help="vectors of the snapshot; a multiple of 5,000")
    parser.add_argument("--embedder", default="products-5", help="a shipped name, or the path of weights")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    if missing := missing_servers():
        parser.error(missing)
    report = {"machine": describe(*PACKAGES)}
    report |= {"embedding": measure_embedding(arguments.pictures, arguments.embedder)}
    report |= {"snapshot": measure_snapshot(arguments.rows)}
    publish(report, arguments.json)


def measure_embedding(pictures: int, embedder: str) -> dict[str, Any]:
    """Return the pictures a second of so many hosts, and how many times those of one that is."""
    rates = {hosts: _rate_of(hosts, pictures, embedder) for hosts in HOSTS}
    return {
        "embedder": embedder,
        "pictures": pictures,
        "pictures_a_second": {str(hosts): round(rate, 1) for hosts, rate in rates.items()},
        "times_one_host": {str(hosts): round(rate / rates[1], 2) for hosts, rate in rates.items()},
    }


def _rate_of(hosts: int, pictures: int, embedder: str) -> float:
    names = [f"host{number}" for number in range(hosts)]
    with tempfile.TemporaryDirectory() as name, own_servers() as servers:
        folder, more = Path(name), {"VISUALSEARCH_EMBEDDER": embedder, "VISUALSEARCH_SWEEP_SECONDS": "1"}
        with hosts_of(folder, servers, *names, **more) as shops:
            shops[0].manage("import_catalog", str(write_catalogue(folder / "feed", pictures)))
            for core, shop in enumerate(shops):
                worker = shop.start_worker(beat=core == 0)
                # Its threads, which start later, have the same.
                os.sched_setaffinity(worker.pid, {core % (os.cpu_count() or 1)})
            # From here every worker has its model.
            first = _embedded_by_now(shops[0], pictures // 4)
            start = time.perf_counter()
            last = _embedded_by_now(shops[0], pictures)
            return (last - first) / (time.perf_counter() - start)


def _embedded_by_now(shop: Shop, at_least: int) -> int:
    def count() -> int:
        return int(shop.query("SELECT count(*) FROM visualsearch_embedding")[0][0])

    wait_until(lambda: count() >= at_least, SECONDS, f"{at_least} pictures are embedded")
    return count()


def measure_snapshot(rows: int) -> dict[str, Any]:
    """Return what a snapshot costs that one host builds and another fetches, beside reading the journal."""
    with (
        tempfile.TemporaryDirectory() as name,
        own_servers() as servers,
        hosts_of(Path(name), servers, "builder", "fetcher", "reader") as (builder, fetcher, reader),
    ):
        builder.do(FILL.format(rows=rows, dimensions=DIMENSIONS))
        shared = builder.do(SPACE + SHARE)
        begin = SPACE + BEGIN.format(rows=rows)
        return {
            "rows": rows,
            "dimensions": DIMENSIONS,
            **shared,
            "start_with_a_fetched_snapshot": fetcher.do(begin),
            "start_with_the_journal": reader.do(begin, SETTINGS='{"SNAPSHOT_STORAGE": null}'),
        }


if __name__ == "__main__":
    main()
