"""A real shop whose index moves into PostgreSQL and back while shoppers search."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.stock import save_product, write_catalogue

GOODS = 12
SECONDS = 30.0
HIDE = """
from catalog.models import Product
product = Product.objects.get(sku="M3")
product.is_active = False
product.save()
"""


@contextmanager
def shoppers(address: str) -> Iterator[list[str]]:
    """Let somebody search for each of the goods in turn; gives what was not found, also where a search failed."""
    missed: list[str] = []
    over = Event()

    def search() -> None:
        with Visitor(address) as visitor:
            number = 0
            while not over.is_set():
                try:
                    if not visitor.finds(f"M{number % 3}", draw_mosaic(number % 3)):
                        missed.append(f"M{number % 3}")
                except Exception as error:
                    missed.append(repr(error))
                number += 1
        assert number > 3

    thread = Thread(target=search)
    thread.start()
    try:
        yield missed
    finally:
        over.set()
        thread.join()


@pytest.mark.slow
def test_shop_moves_into_postgresql_and_back_while_shoppers_search(empty_pgvector: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": empty_pgvector, "API_THROTTLED": "0", "VISUALSEARCH_SWEEP_SECONDS": "3600"}
    with Shop(folder=tmp_path / "shop", environment=environment) as shop:
        shop.command("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
        shop.command("visualsearch_sync")
        shop.start_worker()
        address = shop.start_server("--workers", "2")
        with Visitor(address) as visitor, shoppers(address) as missed:
            moved = shop.command("visualsearch_rebuild", "--index", "pgvector")
            assert "recall@10 and median of 36 queries: faiss 1.000 in" in moved
            assert shop.manage("visualsearch_status")["index"] == "pgvector"

            photo = draw_mosaic(77)
            saved = save_product(shop, "late", photo)
            wait_until(lambda: visitor.finds("late", photo), SECONDS, "a saved product is found in PostgreSQL")
            print(f"Found by another process {time.time() - saved:.2f} s after its save.")
            assert visitor.finds("M3", draw_mosaic(3))
            shop.do(HIDE)
            assert not visitor.finds("M3", draw_mosaic(3))

            shop.command("visualsearch_rebuild", "--index", "faiss")
            assert visitor.finds("late", photo)
            assert not visitor.finds("M3", draw_mosaic(3))
        assert missed == []
        assert shop.manage("visualsearch_verify")["equal"]
        print(shop.logs())
