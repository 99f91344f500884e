"""Redis is lost while a message is in hand: the channel is closed, and a worker at a task lives on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from kombu import Connection, Consumer, Exchange, Queue

from benchmarks.faults.servers import Redis
from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.stock import save_product, write_catalogue

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed."),
]
SECONDS = 60.0
PICTURES = 80


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    yield server
    server.kill()


def test_a_channel_is_closed_after_its_server_has_gone(server: Redis) -> None:
    queue, got = Queue("q", Exchange("q"), "q"), list[Any]()
    with Connection(server.url, transport="visualsearch.redis_transport:Transport") as connection:
        channel = connection.default_channel
        Consumer(channel, [queue], on_message=got.append).consume()
        connection.Producer().publish({}, exchange=queue.exchange, routing_key="q", declare=[queue])
        while not got:
            connection.drain_events(timeout=SECONDS)
        # The next read is on its way when the server goes.
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.1)
        server.kill()

        with pytest.raises(connection.connection_errors):
            channel.close()

        assert channel.closed
        # As Celery does, which closes a second time when the transport has forgotten its client.
        connection.transport.client = None
        channel.close()


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_that_is_at_a_task_when_redis_is_lost_goes_on(server: Redis, pool: str, tmp_path: Path) -> None:
    slow = {"VISUALSEARCH_EMBEDDER": "tests.production.slow.SlowEmbedder", "BROKER_URL": server.url}
    # The sweeper sleeps: what the worker does afterwards, a message has told it.
    with Shop(folder=tmp_path / "shop", environment={**slow, "VISUALSEARCH_SWEEP_SECONDS": "3600"}) as shop:
        shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", PICTURES)))
        # One message in hand, which the worker sends itself, and room for another that it waits for.
        with redis.Redis.from_url(server.url) as client:
            client.flushdb()
        worker = shop.start_worker(pool=pool, loglevel="info", beat=False)
        wait_until(lambda: count(shop, "lease"), SECONDS, "the worker is at a task")

        server.kill()
        wait_until(lambda: "Connection to broker lost" in worker.log.read_text(), SECONDS, "the worker has seen it")
        server.start()

        wait_until(lambda: worker.log.read_text().count("Connected to") > 1, SECONDS, "the worker is back")
        save_product(shop, "R1", draw_mosaic(PICTURES))
        wait_until(lambda: count(shop, "embedding") == PICTURES + 1, SECONDS, "the save is worked on")
        assert not worker.has_ended, worker.last_lines(60)


def count(shop: Shop, table: str) -> int:
    """Return how many rows a table of the plug-in has."""
    return int(shop.query(f"SELECT count(*) FROM visualsearch_{table}")[0][0])
