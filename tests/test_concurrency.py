"""Real workers of gunicorn and of Celery that search, save and compact at once, on one shop with lists."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from catalog.demo.children import Child
from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.stock import write_catalogue

pytestmark = pytest.mark.slow
GOODS = 80
NEW = 30
SHOPPERS = 8
SECONDS = 90.0
SAVE_SOME = f"""
from django.core.files.base import ContentFile
from tests.drawing import draw_mosaic
for number in range(1000, 1000 + {NEW}):
    product = Product.objects.create(sku=f"M{{number}}", title="New")
    file = ContentFile(draw_mosaic(number), name="picture.png")
    ProductImage.objects.create(product=product, file=file)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop whose index has lists by now, and a worker with two forked children."""
    small = {"DJANGO_SETTINGS_MODULE": "tests.small_sizes", "VISUALSEARCH_SWEEP_SECONDS": "1"}
    with Shop(folder=tmp_path / "shop", environment=small) as shop:
        shop.start_worker(pool="prefork")
        shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
        wait_until(lambda: kinds(shop)[-1:] == ["ivf"], SECONDS, "the worker has written lists")
        yield shop


class Shoppers:
    """Threads that search for what is there without a pause, and keep what was wrong with an answer."""

    def __init__(self, address: str) -> None:
        self.wrong: list[str] = []
        self.answers = 0
        self._address = address
        self._numbers = list(range(GOODS))
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._search_on, args=(seed,), daemon=True) for seed in range(SHOPPERS)
        ]
        for thread in self._threads:
            thread.start()

    def look_for(self, number: int) -> None:
        """Let this product be searched for too."""
        self._numbers.append(number)

    def leave(self) -> None:
        """Let every search end; one that hangs fails the test."""
        self._stop.set()
        for thread in self._threads:
            thread.join(SECONDS)
        assert not any(thread.is_alive() for thread in self._threads), "A search hangs."

    def _thread(self, seed: int) -> threading.Thread:
        return threading.Thread(target=self._search_on, args=(seed,), daemon=True)

    def _search_on(self, seed: int) -> None:
        random = Random(seed)
        with Visitor(self._address) as visitor:
            while not self._stop.is_set():
                number = random.choice(self._numbers)
                try:
                    found = visitor.search(draw_mosaic(number))
                except Exception as error:
                    self.wrong.append(repr(error))
                    return
                self.answers += 1
                if next(iter(found), "") != f"M{number}" or found[f"M{number}"] < 0.999:
                    self.wrong.append(f"M{number}: {found}")


def test_searches_are_right_while_products_are_saved_and_snapshots_are_written(shop: Shop) -> None:
    address = shop.start_server("--workers", "2", "--preload")
    worker, server = shop.children
    before = newest(shop)
    shoppers = Shoppers(address)

    shop.do(SAVE_SOME)
    with Visitor(address) as visitor:
        for number in range(1000, 1000 + NEW):
            wait_until(_finds(visitor, number), SECONDS, "a new product is found")
            shoppers.look_for(number)
    wait_until(lambda: newest(shop) > before, SECONDS, "a compaction has run")
    shop.command("visualsearch_rebuild")
    # Searches go on for a while in what the rebuild has written.
    time.sleep(1)
    shoppers.leave()

    print(f"{shoppers.answers} answers, {newest(shop) - before} snapshots")
    assert shoppers.wrong == []
    assert shoppers.answers >= 5 * SHOPPERS
    shop.command("visualsearch_verify")
    for parent in (worker, server):
        assert not has_faiss(parent.pid)
    # One of the two may have been given no search at all.
    assert any(has_faiss(child) for child in children_of(server))


def _finds(visitor: Visitor, number: int) -> Callable[[], bool]:
    return lambda: visitor.finds(f"M{number}", draw_mosaic(number))


def headers(shop: Shop) -> list[Path]:
    """Return the headers of the published snapshots, oldest first."""
    return sorted(path for path in shop.folder.glob("visualsearch/*/*/*/header.json") if path.parent.name.isdecimal())


def newest(shop: Shop) -> int:
    """Return the number of the newest snapshot."""
    return max((int(path.parent.name) for path in headers(shop)), default=0)


def kinds(shop: Shop) -> list[str]:
    """Return how each snapshot is searched."""
    found = []
    for path in headers(shop):
        try:
            found.append(json.loads(json.loads(path.read_text())["sealed"])["header"]["kind"])
        except FileNotFoundError:
            # A newer one has come meanwhile.
            continue
    return found


def children_of(child: Child) -> list[int]:
    """Return the processes that this one has forked."""
    return [int(pid) for pid in Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()]


def has_faiss(pid: int) -> bool:
    """Tell whether a process has FAISS in its memory."""
    return "faiss" in Path(f"/proc/{pid}/maps").read_text().replace("lists.faiss", "")
