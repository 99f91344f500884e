"""How fast a save is with a broker and without one, and how soon another process finds what was saved.

    python -m benchmarks.freshness [--json FILE]

PostgreSQL with Redis is measured where TEST_DATABASE_URL and TEST_BROKER_URL name servers.
"""

from __future__ import annotations

import argparse
import json
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import describe
from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.processes import Shop, free_port, wait_until
from tests.servers import missing_servers, own_servers
from tests.stock import SAVE

SAVES = 50
FINDS = 10
PACKAGES = ("celery", "django", "faiss-cpu", "numpy", "pillow", "psycopg", "redis")

_numbers = count(1)

# Pictures are drawn before, and the first save, which imports and connects, is not counted.
LATENCY = """
import time
from django.core.files.base import ContentFile
from django.db import transaction
from tests.drawing import draw_mosaic
from visualsearch.tasks import bell
def save(number):
    photo = draw_mosaic(number)
    start = time.perf_counter()
    with transaction.atomic():
        product = Product.objects.create(sku=f"L{{number}}", title="Latency")
        ProductImage.objects.create(product=product, file=ContentFile(photo, name="picture.png"))
    seconds = time.perf_counter() - start
    time.sleep(0.05)
    return seconds
numbers = range({first}, {first} + {saves} + 1)
print(json.dumps([save(number) for number in numbers][1:]))
"""


def measure_saves(shop: Shop) -> dict[str, float]:
    """Return the median milliseconds of saving a product with its picture, and those of 95 in 100."""
    first = next(_numbers) * 1_000_000
    seconds = sorted(shop.do(LATENCY.format(first=first, saves=SAVES)))
    return {"median_ms": round(median(seconds) * 1000, 2), "p95_ms": round(seconds[int(SAVES * 0.95)] * 1000, 2)}


def measure_finding(shop: Shop, address: str) -> dict[str, Any]:
    """Return the seconds from a commit in one process until another one's API finds the product."""
    seconds = [_seconds_until_found(shop, address) for _ in range(FINDS)]
    return {"median_s": round(median(seconds), 2), "worst_s": round(max(seconds), 2)}


def _seconds_until_found(shop: Shop, address: str) -> float:
    """The saver tells the moment of its commit, and lives on for as long as it likes."""
    number = next(_numbers)
    sku, photo = f"F{number}", draw_mosaic(number)
    moment = shop.folder / f"{sku}.committed"
    program = SAVE.format(sku=sku, photo=photo) + f"open({str(moment)!r}, 'w').write(str(time.time()))\n"
    shop.start("manage.py", "shell", "--verbosity", "0", "--command", program)
    wait_until(lambda: moment.exists() and moment.read_text(), 60, "the product is saved")
    with Visitor(address) as visitor:
        wait_until(lambda: visitor.finds(sku, photo), 60, "the product is found")
        return time.time() - float(moment.read_text())


@contextmanager
def silent_broker() -> Iterator[str]:
    """Yield the port of a server that takes every call and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield str(listener.getsockname()[1])


def measure(servers: dict[str, str]) -> dict[str, Any]:
    """Measure one pair of database and broker; every broker in turn, each with the same database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shop = stack.enter_context(Shop(folder=folder, environment=servers))
        shop.start_worker()
        address = shop.start_server()
        _seconds_until_found(shop, address)
        figures: dict[str, Any] = {"found": measure_finding(shop, address)}
        hanging = stack.enter_context(silent_broker())
        up = shop.environment.get("BROKER_URL", "")
        scheme = "redis://" if up.startswith("redis") else "amqp://guest@"
        brokers = {"up": up, "refused": f"{scheme}127.0.0.1:{free_port()}", "hanging": f"{scheme}127.0.0.1:{hanging}"}
        for name, url in brokers.items():
            shop.environment["BROKER_URL"] = url
            figures[f"save, broker {name}"] = measure_saves(shop)
        for name in ("refused", "hanging"):
            down, usual = figures[f"save, broker {name}"]["median_ms"], figures["save, broker up"]["median_ms"]
            figures[f"save, {name} / up"] = round(down / usual, 2)
        return figures


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"machine": describe(*PACKAGES)}
    report["sqlite and the embedded broker"] = measure({})
    if missing := missing_servers():
        report["postgresql and redis"] = f"not measured: {missing}"
    else:
        with own_servers() as servers:
            report["postgresql and redis"] = measure(servers)
    text = json.dumps(report, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
