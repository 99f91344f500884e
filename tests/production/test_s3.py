"""Pictures in S3, through django-storages, with an S3 server on this machine and real processes of the shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.browsing import Visitor
from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.stock import write_catalogue

moto_server = pytest.importorskip("moto.server", reason="needs moto[s3] and flask")
boto3 = pytest.importorskip("boto3")
pytest.importorskip("storages", reason="needs django-storages[s3]")

pytestmark = pytest.mark.slow
GOODS = 4
SECONDS = 60.0
DELETE = "Product.objects.get(sku='M2').images.get().delete()"


@pytest.fixture
def s3() -> Iterator[Any]:
    """Start the server, with its two buckets, and return a client of it."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
    for bucket in ("pictures", "photos"):
        client.create_bucket(Bucket=bucket)
    yield client
    server.stop()


@pytest.fixture
def shop(s3: Any, tmp_path: Path) -> Iterator[Shop]:
    """Return a shop whose files lie there."""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.production.s3_settings", "S3_URL": s3.meta.endpoint_url}
    with Shop(folder=tmp_path / "shop", environment=environment) as shop:
        yield shop
        print(shop.logs())


def kept(s3: Any, bucket: str) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def ready(shop: Shop) -> int:
    return int(shop.query("SELECT count(*) FROM visualsearch_embedding WHERE state = 'ready'")[0][0])


def pictures_on(page: str) -> list[bytes]:
    """Fetch the pictures of a page that lie in the bucket."""
    addresses = {unescape(src) for src in re.findall(r'(?:src|href)="([^"]*/pictures/[^"]*)"', page)}
    answers = [requests.get(address, timeout=30) for address in addresses]
    assert all(answer.ok for answer in answers), [answer.status_code for answer in answers]
    return [answer.content for answer in answers]


def test_pictures_in_s3_are_imported_synced_shown_searched_proved_and_deleted(
    shop: Shop, s3: Any, tmp_path: Path
) -> None:
    shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
    shop.start_worker()
    wait_until(lambda: ready(shop) == GOODS, SECONDS, "all is searchable")
    with Visitor(shop.start_server()) as shopper:
        found = shopper.search(draw_mosaic(2))
        page = shopper.submit("/visual-search/", {}, photo=draw_mosaic(2))
        product = shopper.read("/products/?q=Mosaic")

    assert next(iter(found)) == "M2"
    assert draw_mosaic(2) in pictures_on(page)
    assert pictures_on(product)
    assert len(kept(s3, "photos")) == 1
    assert shop.manage("visualsearch_verify")["equal"]

    shop.do(DELETE)
    wait_until(lambda: ready(shop) == GOODS - 1, SECONDS, "it is gone")
    assert shop.manage("visualsearch_verify")["equal"]
    assert not (shop.folder / "paths-asked").exists()
    assert not (shop.folder / "media").exists()


def test_kept_photo_is_shown_from_s3_and_forgotten_there(shop: Shop, s3: Any, tmp_path: Path) -> None:
    shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", GOODS)))
    shop.command("visualsearch_sync")
    with Visitor(shop.start_server()) as shopper:
        page = shopper.submit("/visual-search/", {}, photo=draw_mosaic(2))
        address = re.search(r'class="vs-picture" src="([^"]+)"', page)
        assert address, page
        assert shopper.read_bytes(unescape(address[1])).startswith(b"\xff\xd8")

    shop.command("visualsearch_forget", "--all")

    assert kept(s3, "photos") == []
    assert not (shop.folder / "paths-asked").exists()
