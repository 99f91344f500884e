"""Searches a second and their p95 while products are saved, beside the bare forward pass of the network.

    python -m benchmarks.load [--clients 16] [--seconds 30] [--json FILE]

A shop of its own with drawn goods, on loopback: gunicorn, one worker of Celery, and locust as the clients. Then
the same with four times as many clients, to see that those who cannot be answered are told so at once.
PostgreSQL and Redis are taken where TEST_DATABASE_URL and TEST_BROKER_URL name them.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.load import ANSWERED, REFUSED
from benchmarks.load.photos import GOODS
from benchmarks.machine import describe, publish
from tests.processes import ROOT, Shop, wait_until
from tests.servers import missing_servers, own_servers
from tests.stock import write_catalogue

SAVES_A_SECOND = 10
CROWD = 4
"""Times as many clients as the shop is made for."""
START_SECONDS = 120.0
PACKAGES = ("django", "djangorestframework", "faiss-cpu", "gunicorn", "locust", "openvino", "pillow", "torch")

BARE = """
import time
from statistics import median
from benchmarks.load.photos import take_photo
from visualsearch.images import open_photo
from visualsearch.models import serving_embedder
embedder, images = serving_embedder(), [open_photo(take_photo(number)) for number in range(8)]
embedder.embed(images)
def seconds(image):
    start = time.perf_counter()
    embedder.embed([image])
    return time.perf_counter() - start
times = sorted(seconds(images[turn % len(images)]) for turn in range(100))
print(json.dumps({"median_ms": round(median(times) * 1000, 1), "p95_ms": round(times[94] * 1000, 1)}))
"""
SAVE = """
from benchmarks.load.saving import save_steadily
print(json.dumps(save_steadily({first}, {rate}, {seconds})))
"""


def main() -> None:
    """Measure, print, and write the file where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=16, help="that search at once, without a pause")
    parser.add_argument("--seconds", type=int, default=30, help="of each of the two runs")
    parser.add_argument("--workers", type=int, default=2, help="processes of gunicorn, 32 threads each")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    figures = measure(arguments.clients, arguments.seconds, arguments.workers)
    publish({"machine": describe(*PACKAGES), **figures}, arguments.json)
    if any(figures[run]["errors"] or not figures[run]["answered"] for run in ("load", "crowd")):
        sys.exit("Not every search was answered or refused as it should be; locust's table above says which.")


def measure(clients: int, seconds: int, workers: int) -> dict[str, Any]:
    """Return the figures of the bare pass, of the load and of the crowd."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {} if missing_servers() else stack.enter_context(own_servers())
        environment = {**servers, "VISUALSEARCH_EMBEDDER": "products-1", "DJANGO_SETTINGS_MODULE": "tests.unthrottled"}
        shop = stack.enter_context(Shop(folder=folder, environment=environment))
        shop.start_worker()
        shop.command("import_catalog", str(write_catalogue(folder / "feed", GOODS)))
        wait_until(lambda: shop.manage("visualsearch_status")["waiting"] == 0, START_SECONDS, "all goods are found")
        bare = shop.do(BARE)
        address = shop.start_server("--workers", str(workers), "--threads", "32")
        _search(address, folder / "warm", clients, 5)
        return {
            "database": "postgresql, redis" if servers else "sqlite, embedded broker",
            "bare_forward_pass": bare,
            "load": _search_while_saving(shop, address, clients, seconds, first=0),
            "crowd": _search_while_saving(shop, address, clients * CROWD, seconds, first=1_000_000),
        }


def _search_while_saving(shop: Shop, address: str, clients: int, seconds: int, *, first: int) -> dict[str, Any]:
    program = f"import json\n{SAVE.format(first=first, rate=SAVES_A_SECOND, seconds=seconds)}"
    saver = shop.start("manage.py", "shell", "--verbosity", "0", "--command", program)
    found = _search(address, shop.folder / f"load{clients}", clients, seconds)
    wait_until(lambda: saver.has_ended, START_SECONDS, "the merchant has saved the last product")
    return {"clients": clients, **found, "saves": saver.last_lines(1).strip()}


def _search(address: str, prefix: Path, clients: int, seconds: int) -> dict[str, Any]:
    """Let the clients search, and return what locust counted."""
    file = str(Path(__file__).with_name("locustfile.py"))
    run = ["--headless", "--only-summary", "--host", address, "--loglevel", "ERROR", "--exit-code-on-error", "0"]
    crowd = ["--users", str(clients), "--spawn-rate", str(clients), "--run-time", f"{seconds}s", "--stop-timeout", "30"]
    program = [sys.executable, "-m", "locust", "-f", file, *run, *crowd, "--csv", str(prefix)]
    subprocess.run(program, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=seconds + 120)
    with Path(f"{prefix}_stats.csv").open(newline="") as file_of_stats:
        rows = {row["Name"]: row for row in csv.DictReader(file_of_stats)}
    return {
        "errors": int(rows["Aggregated"]["Failure Count"]),
        "answered": _figures(rows.get(ANSWERED), seconds),
        "refused": _figures(rows.get(REFUSED), seconds),
    }


def _figures(row: dict[str, str] | None, seconds: int) -> dict[str, float] | None:
    if row is None:
        return None
    return {
        "count": int(row["Request Count"]),
        "a_second": round(int(row["Request Count"]) / seconds, 1),
        "median_ms": round(float(row["50%"])),
        "p95_ms": round(float(row["95%"])),
        "worst_ms": round(float(row["100%"])),
    }


if __name__ == "__main__":
    main()
