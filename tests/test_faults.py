"""What goes wrong in production, done to real processes: killed workers, lost brokers, brokers that never answer."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.drawing import draw_mosaic
from tests.processes import Shop, free_port, kill, wait_until
from tests.servers import PAIRS, servers_of
from tests.stock import SAVE, write_catalogue, write_queries

pytestmark = pytest.mark.slow
PICTURES = int(os.environ.get("TEST_PICTURES", "150"))
SECONDS = 60.0 + PICTURES / 10


@pytest.fixture(params=PAIRS[:1])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """Return a shop whose leases lapse and whose sweeper comes round soon."""
    soon = {"VISUALSEARCH_LEASE_SECONDS": "3", "VISUALSEARCH_SWEEP_SECONDS": "1"}
    with (
        servers_of(request.param) as servers,
        Shop(folder=tmp_path / "shop", environment={**servers, **soon}) as shop,
    ):
        yield shop
        print(shop.logs())


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """Return the address of a broker that takes every call and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield f"amqp://guest@127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("shop", PAIRS, indirect=True)
def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(shop: Shop, tmp_path: Path) -> None:
    feed = write_catalogue(tmp_path / "feed", PICTURES)
    assert shop.manage("import_catalog", str(feed))["created"] == PICTURES
    worker = shop.start_worker()
    wait_until(lambda: _count(shop, "embedding") >= PICTURES // 4, SECONDS, "a quarter is embedded")
    kill(worker)
    done, held = _count(shop, "embedding"), _count(shop, "lease")
    assert done < PICTURES, "The worker was killed too late to prove anything."
    print(f"Killed after {done} of {PICTURES} rows, {held} objects in hand.")

    shop.start_worker()
    _wait_until_in_step(shop)

    _assert_each_picture_has_one_row(shop, PICTURES)
    _assert_each_is_found_by_its_picture(shop, feed.parent, PICTURES)


@pytest.mark.parametrize("shop", PAIRS, indirect=True)
def test_two_workers_share_the_work_and_do_nothing_twice(shop: Shop, tmp_path: Path) -> None:
    feed = write_catalogue(tmp_path / "feed", PICTURES)
    workers = [shop.start_worker(loglevel="info") for _ in range(2)]
    for worker in workers:
        wait_until(lambda: " ready." in worker.log.read_text(), SECONDS, "the worker is ready")  # noqa: B023
    heard = [_tasks_of(worker.log) for worker in workers]

    # Saved one by one: every save rings, so that both workers are called again and again.
    shop.manage("import_catalog", str(feed))
    _wait_until_in_step(shop)

    assert all(_tasks_of(worker.log) > before for worker, before in zip(workers, heard, strict=True))
    _assert_each_picture_has_one_row(shop, PICTURES)


def test_the_brokers_folder_may_be_deleted_while_all_runs(shop: Shop, tmp_path: Path) -> None:
    feed = write_catalogue(tmp_path / "feed", PICTURES)
    worker = shop.start_worker()
    wait_until(lambda: (shop.folder / "broker" / "control").exists(), SECONDS, "the worker uses the broker")
    imports = shop.start("manage.py", "import_catalog", str(feed))
    while not imports.has_ended:
        shutil.rmtree(shop.folder / "broker", ignore_errors=True)
        sleep(0.005)

    status = _wait_until_in_step(shop)

    assert status["embedded"] == PICTURES
    assert not worker.has_ended
    _assert_each_picture_has_one_row(shop, PICTURES)


def test_a_save_does_not_wait_for_a_broker_that_never_answers(shop: Shop, silent_broker: str, tmp_path: Path) -> None:
    # Long after the save has returned, its message is still under way.
    program = SAVE.format(sku="W1", photo=draw_mosaic(1)) + "from visualsearch.tasks import bell\n"
    still_hanging = shop.do(program + "print(json.dumps(not bell.wait(1.0)))", BROKER_URL=silent_broker)

    assert still_hanging
    shop.manage("visualsearch_sync", BROKER_URL=silent_broker)
    assert _first(shop, tmp_path, draw_mosaic(1)) == "W1"


def test_what_was_saved_while_the_broker_was_away_is_found_by_the_sweeper(shop: Shop, tmp_path: Path) -> None:
    worker = shop.start_worker(loglevel="info")
    wait_until(lambda: " ready." in worker.log.read_text(), SECONDS, "the worker has had its first look")
    shop.do(SAVE.format(sku="W2", photo=draw_mosaic(2)), BROKER_URL=f"amqp://guest@127.0.0.1:{free_port()}")
    _wait_until_in_step(shop)

    assert _first(shop, tmp_path, draw_mosaic(2)) == "W2"


def _wait_until_in_step(shop: Shop) -> dict[str, Any]:
    """Wait until every wish is fulfilled, then return what the command says of it."""
    wait_until(lambda: _count(shop, "syncrequest") == 0, SECONDS, "all work is done")
    status = shop.manage("visualsearch_status")
    assert (status["waiting"], status["failed"]) == (0, 0)
    return dict(status)


def _count(shop: Shop, table: str) -> int:
    return int(shop.query(f"SELECT count(*) FROM visualsearch_{table}")[0][0])


def _tasks_of(log: Path) -> int:
    return log.read_text().count("Task visualsearch.sync")


def _assert_each_picture_has_one_row(shop: Shop, pictures: int) -> None:
    """A row written twice, even with the same content, would have taken a second revision."""
    rows = shop.query("SELECT object_key, picture_key, state, revision FROM visualsearch_embedding")
    wanted = shop.query("SELECT product_id, id FROM catalog_productimage")
    assert sorted(row[:2] for row in rows) == sorted((str(product), str(image)) for product, image in wanted)
    assert {row[2] for row in rows} == {"ready"}
    assert sorted(row[3] for row in rows) == list(range(1, pictures + 1))
    assert shop.query("SELECT revision FROM visualsearch_journal") == [(pictures,)]
    assert _count(shop, "syncrequest") == _count(shop, "lease") == 0


def _assert_each_is_found_by_its_picture(shop: Shop, feed: Path, pictures: int) -> None:
    found = shop.manage("visualsearch_evaluate", str(write_queries(feed, pictures)))
    assert (found["queries"], found["recall@1"]) == (pictures, 1.0)


def _first(shop: Shop, folder: Path, photo: bytes) -> str:
    (folder / "photo.png").write_bytes(photo)
    return str(shop.manage("visualsearch_search", str(folder / "photo.png"))[0]["sku"])
