from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.stock import save_product
from visualsearch.sweeping import Sweeper

SECONDS = 60.0


def test_a_worker_that_hears_nothing_rings_again_and_again() -> None:
    rings = threading.Semaphore(0)

    Sweeper(rings.release, lambda: 0.01).start()

    assert all(rings.acquire(timeout=SECONDS) for _ in range(3))


def test_a_worker_that_hears_its_messages_does_not_ring() -> None:
    rung, asked = threading.Event(), threading.Semaphore(0)

    def patience() -> float:
        asked.release()
        return SECONDS

    sweeper = Sweeper(rung.set, patience)
    sweeper.start()
    for _ in range(5):
        assert asked.acquire(timeout=SECONDS)
        sweeper.hear()

    assert not rung.is_set()


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_save_whose_message_was_lost_is_found_without_a_beat(pool: str, tmp_path: Path) -> None:
    with Shop(folder=tmp_path, environment={"VISUALSEARCH_SWEEP_SECONDS": "1"}) as shop:
        worker = shop.start_worker(pool=pool, loglevel="info", beat=False)
        wait_until(lambda: "received" in worker.log.read_text(), SECONDS, "the worker has begun")

        save_product(shop, "S1", draw_mosaic(1), VISUALSEARCH_QUEUE="of-nobody")

        wait_until(
            lambda: shop.query("SELECT count(*) FROM visualsearch_embedding") == [(1,)], SECONDS, "the save is found"
        )
