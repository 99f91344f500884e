"""A real shop of several processes, one Milvus for all of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.processes import Shop, free_port, wait_until

SECONDS = 90.0
SAVE = """
from tests.drawing import draw_mosaic
from tests.goods import add_product
for number in range(5):
    add_product(draw_mosaic(number), sku=f"M{number}")
"""
HIDE = """
from catalog.models import Product
product = Product.objects.get(sku="M3")
product.is_active = False
product.save()
"""


@pytest.mark.slow
def test_servers_forked_from_a_process_that_has_searched_find_what_workers_publish(milvus: Any, tmp_path: Any) -> None:
    environment = {"VISUALSEARCH_INDEX": "milvus", "API_THROTTLED": "0"}
    environment |= {name: milvus[name] for name in ("MILVUS_URI", "MILVUS_TOKEN")}
    with Shop(folder=tmp_path, environment=environment) as shop:
        shop.do(SAVE)
        shop.command("visualsearch_sync")
        port = free_port()
        options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
        program = ["gunicorn", "tests.indexes.milvus.preloaded:application", *options, "--preload", "--workers", "2"]
        server = shop.start("-m", *program, name="server")
        shop.start_worker(pool="prefork")

        with Visitor(f"http://127.0.0.1:{port}") as visitor:
            wait_until(lambda: server.has_ended or _finds(visitor, 3), SECONDS, "the server answers")
            assert all(_finds(visitor, number) for number in range(5) for _ in range(4))
            shop.do(HIDE)
            wait_until(lambda: not _finds(visitor, 3), SECONDS, "a hidden product is gone")
            shop.command("visualsearch_rebuild")
            assert all(_finds(visitor, number) for number in (0, 1, 2, 4) for _ in range(4))
        shop.command("visualsearch_verify")


def _finds(visitor: Visitor, number: int) -> bool:
    try:
        return visitor.finds(f"M{number}", draw_mosaic(number))
    except OSError:
        return False
