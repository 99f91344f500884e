"""Journal and sync on MariaDB, through real processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.drawing import draw_mosaic
from tests.processes import Shop
from tests.servers import broker_of
from tests.stock import write_catalogue

pytestmark = pytest.mark.slow
SERVER = os.environ.get("TEST_MARIADB_URL")
GOODS = 12


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with a database of its own."""
    if not SERVER:
        pytest.skip("TEST_MARIADB_URL not set: name a MariaDB server.")
    pymysql = pytest.importorskip("pymysql")
    parts, name = urlsplit(SERVER), f"visualsearch_{uuid4().hex}"
    server = {"host": parts.hostname, "port": parts.port or 3306, "user": parts.username or "root"}
    with pymysql.connect(**server, password=parts.password or "", autocommit=True) as connection:
        connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        try:
            with (
                broker_of("embedded") as broker,
                Shop(folder=tmp_path / "shop", environment={**broker, "DATABASE_URL": f"{SERVER}/{name}"}) as shop,
            ):
                yield shop
        finally:
            connection.cursor().execute(f"DROP DATABASE {name}")


def test_a_shop_on_mariadb_is_synced_searched_and_proved(shop: Shop, tmp_path: Path) -> None:
    shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
    workers = [shop.start("manage.py", "visualsearch_sync") for _ in range(2)]

    shop.command("visualsearch_sync")

    status = shop.manage("visualsearch_status")
    assert (status["wanted"], status["embedded"], status["revision"]) == (GOODS, GOODS, GOODS)
    assert shop.manage("visualsearch_verify")["equal"]
    (tmp_path / "photo.png").write_bytes(draw_mosaic(3))
    assert shop.manage("visualsearch_search", str(tmp_path / "photo.png"))[0]["sku"] == "M3"
    shop.do("Product.objects.get(sku='M3').delete()")
    shop.command("visualsearch_sync")
    assert shop.manage("visualsearch_verify")["equal"]
    assert all(worker.pid for worker in workers)
