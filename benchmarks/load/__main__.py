"""16 clients search while 10 products a second are saved; then four times as many, to see how overload is answered.

    python -m benchmarks.load [--seconds 30] [--json FILE]

PostgreSQL with Redis is measured where TEST_DATABASE_URL and TEST_BROKER_URL name servers, else SQLite with the
embedded broker. Everything runs on this machine: the clients too take their part of its cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.machine import describe, publish
from tests.processes import ROOT, Shop, wait_until
from tests.servers import missing_servers, own_servers
from tests.stock import write_catalogue

CLIENTS, MANY = 16, 64
PRODUCTS = 500
EMBEDDER = "products-5"
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
THREADS = str(MANY + 8)

SAVER = """
import time
from django.core.files.base import ContentFile
from django.db import transaction
from tests.drawing import draw_mosaic
photos = [draw_mosaic(10_000 + number, size=256) for number in range(50)]
start, count = time.monotonic(), 0
while (now := time.monotonic() - start) < {seconds}:
    if count < now * 10:
        with transaction.atomic():
            product = Product.objects.create(sku=f"S{{count}}", title="Saved")
            ProductImage.objects.create(product=product, file=ContentFile(photos[count % 50], name="picture.png"))
        count += 1
    else:
        time.sleep(0.01)
"""

PHOTOS = """
import time
from pathlib import Path
from visualsearch.embedders import load_embedder
from visualsearch.images import open_photo
from visualsearch.search.photos import see_photo
embedder = load_embedder({embedder!r})
photos = [open_photo(path) for path in sorted(Path("catalog/demo/goods/photos").glob("*.jpg"))]
def look(photo):
    start = time.perf_counter()
    see_photo(embedder, photo)
    return time.perf_counter() - start
for photo in photos[:5]:
    look(photo)
print(json.dumps([look(photo) for photo in photos]))
"""


def p95(seconds: list[float]) -> float:
    """Return what 95 in 100 stay below, in milliseconds."""
    return round(sorted(seconds)[int(len(seconds) * 0.95)] * 1000, 1)


def measure_photos(shop: Shop) -> dict[str, float]:
    """Return throughput and p95 of seeing a photo as a search does, one after another, and nothing else."""
    seconds = shop.do(PHOTOS.format(embedder=EMBEDDER))
    return {"per_second": round(len(seconds) / sum(seconds), 1), "p95_ms": p95(seconds)}


def run_clients(address: str, clients: int, seconds: int, *, may_be_refused: bool = False) -> dict[str, Any]:
    """Return, by status, how many answers there were, how many a second, and how long they took."""
    environment = {**os.environ, "LOAD_MAY_BE_REFUSED": "1" if may_be_refused else "0", "PYTHONPATH": str(ROOT)}
    limits = ["--users", str(clients), "--spawn-rate", str(clients), "--run-time", f"{seconds}s"]
    program = [
        sys.executable,
        "-m",
        "locust",
        "--locustfile",
        str(LOCUSTFILE),
        "--headless",
        "--json",
        "--host",
        address,
    ]
    done = subprocess.run(
        [*program, *limits, "--only-summary"], env=environment, capture_output=True, text=True, timeout=seconds * 4 + 60
    )
    try:
        rows = json.loads(done.stdout[done.stdout.index("[") :])
    except ValueError:
        raise SystemExit(f"locust failed:\n{done.stdout}\n{done.stderr}") from None
    return {row["name"]: _figures(row, seconds) for row in rows}


def _figures(row: dict[str, Any], seconds: int) -> dict[str, Any]:
    times = [float(ms) / 1000 for ms, count in row["response_times"].items() for _ in range(count)]
    median = round(sorted(times)[len(times) // 2] * 1000, 1) if times else None
    return {
        "answers": row["num_requests"],
        "per_second": round(row["num_requests"] / seconds, 1),
        "median_ms": median,
        "p95_ms": p95(times) if times else None,
        "errors": row["num_failures"],
    }


def measure(shop: Shop, seconds: int) -> dict[str, Any]:
    """Return all figures of one shop."""
    folder = shop.folder.parent / "goods"
    shop.command("import_catalog", str(write_catalogue(folder, PRODUCTS)))
    shop.command("visualsearch_sync")
    report: dict[str, Any] = {"bare_photo": measure_photos(shop)}
    shop.start_worker()
    address = shop.start_server("--threads", THREADS)
    run_clients(address, 2, 3)  # loads what is loaded once
    shop.start("manage.py", "shell", "--verbosity", "0", "--command", SAVER.format(seconds=seconds), name="saver")
    report[f"clients_{CLIENTS}"] = run_clients(address, CLIENTS, seconds)
    report["saved"] = shop.query("select count(*) from catalog_product where title = 'Saved'")[0][0]
    start = time.monotonic()
    wait_until(lambda: not shop.query("select count(*) from visualsearch_syncrequest")[0][0], 300, "all are found")
    report["all_found_after_s"] = round(time.monotonic() - start, 1)
    report[f"clients_{MANY}"] = run_clients(address, MANY, max(seconds // 3, 5), may_be_refused=True)
    return report


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with ExitStack() as stack:
        servers = {} if missing_servers() else stack.enter_context(own_servers())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {**servers, "API_THROTTLED": "0", "VISUALSEARCH_EMBEDDER": EMBEDDER}
        shop = stack.enter_context(Shop(folder=folder / "shop", environment=environment))
        report = {"machine": describe("django", "gunicorn", "locust", "openvino"), "servers": sorted(servers)}
        publish({**report, **measure(shop, options.seconds)}, options.json)


if __name__ == "__main__":
    main()
