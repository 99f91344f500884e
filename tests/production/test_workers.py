"""Real workers of Celery, of both pools and on each broker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.demo.children import Child
from tests.drawing import draw_mosaic
from tests.processes import Shop, wait_until
from tests.production.slow import AT_WORK
from tests.servers import BROKERS, broker_of
from tests.stock import save_product, write_catalogue

pytestmark = pytest.mark.slow
SECONDS = 60.0
PICTURES = 120
STOP_SECONDS = 10.0
POOLS = ("prefork", "threads")
each_broker = pytest.mark.parametrize("broker", BROKERS)
each_pool = pytest.mark.parametrize("pool", POOLS)


@contextmanager
def open_shop(broker: str, folder: Path, **environment: str) -> Iterator[Shop]:
    """Yield a shop whose sweeper sleeps: what a worker does, a message has told it."""
    own = {"VISUALSEARCH_SWEEP_SECONDS": "3600", **environment}
    with broker_of(broker) as servers, Shop(folder=folder / "shop", environment={**servers, **own}) as shop:
        yield shop
        print(shop.logs())


@each_pool
@each_broker
def test_a_save_is_worked_on_by_a_worker_that_heard_of_it(broker: str, pool: str, tmp_path: Path) -> None:
    with open_shop(broker, tmp_path) as shop:
        start(shop, pool)

        save_product(shop, "B1", draw_mosaic(1))

        wait_until(lambda: count(shop, "embedding") == 1, SECONDS, "the save is worked on")


@each_pool
@each_broker
def test_a_worker_that_is_stopped_ends_soon_and_the_next_one_goes_on(broker: str, pool: str, tmp_path: Path) -> None:
    slow = {"VISUALSEARCH_EMBEDDER": "tests.production.slow.SlowEmbedder"}
    with open_shop(broker, tmp_path, **slow) as shop:
        shop.manage("import_catalog", str(write_catalogue(tmp_path / "feed", PICTURES)))
        worker = start(shop, pool)
        wait_until(lambda: count(shop, "embedding") > 0, SECONDS, "the work has begun")

        seconds = stop(worker)

        done = count(shop, "embedding")
        print(f"Stopped in {seconds:.1f} s, {done} of {PICTURES} done.")
        assert done < PICTURES, "It was stopped too late to prove anything."
        assert seconds < STOP_SECONDS
        assert count(shop, "lease") == 0
        start(shop, pool)
        wait_until(lambda: count(shop, "syncrequest") == 0, SECONDS, "the next worker has done the rest")
        # A picture embedded twice would have taken a second revision.
        assert shop.query("SELECT count(*), max(revision) FROM visualsearch_embedding") == [(PICTURES, PICTURES)]


def test_a_child_makes_way_for_a_new_one_after_so_many_tasks(tmp_path: Path) -> None:
    with open_shop("embedded", tmp_path, MAX_TASKS_PER_CHILD="1") as shop:
        worker = start(shop, "prefork")
        before = children_of(worker)

        for number in range(4):
            save_product(shop, f"C{number}", draw_mosaic(number))
            wait_until(lambda: count(shop, "embedding") == number + 1, SECONDS, "the save is worked on")  # noqa: B023

        # Which child takes a task is the pool's choice, and it may be the same one each time.
        wait_until(lambda: children_of(worker) - before, SECONDS, "another child has come")


@each_broker
def test_a_task_of_a_killed_child_stops_no_other(broker: str, tmp_path: Path) -> None:
    slow = {"VISUALSEARCH_EMBEDDER": "tests.production.slow.SlowEmbedder", "VISUALSEARCH_LEASE_SECONDS": "2"}
    with open_shop(broker, tmp_path, **slow, **{"VISUALSEARCH_SWEEP_SECONDS": "1"}) as shop:
        shop.start_beat()
        worker = start(shop, "prefork")
        # Beside us: on a busy machine all is done before a command that imports has ended.
        imported = shop.start("manage.py", "import_catalog", str(write_catalogue(tmp_path / "feed", 60)))
        wait_until(lambda: count(shop, "lease") > 0, SECONDS, "a child works")

        # Where a broker has no events, idle children of a pool wait in turn behind one lock, which one that is killed
        # keeps (billiard's `SimpleQueue.get_payload`); a child that is at a task does not hold it.
        at_work = wait_until(lambda: read_pid(shop.folder / AT_WORK), SECONDS, "a child embeds")
        for child in {at_work} if broker == "embedded" else children_of(worker):
            os.kill(child, signal.SIGKILL)

        wait_until(lambda: imported.has_ended, SECONDS, "everything is imported")
        wait_until(lambda: count(shop, "syncrequest") == 0, SECONDS, "the rest is done")
        assert shop.query("SELECT count(*), max(revision) FROM visualsearch_embedding") == [(60, 60)]


def start(shop: Shop, pool: str) -> Child:
    """Start a worker without beat, which would be one more child of its, and wait until it listens."""
    worker = shop.start_worker(pool=pool, loglevel="info", beat=False)
    wait_until(lambda: " ready." in worker.log.read_text() or worker.has_ended, SECONDS, "the worker is ready")
    assert not worker.has_ended, worker.last_lines(40)
    return worker


def stop(worker: Child) -> float:
    """Ask the worker alone to end, as a supervisor does; returns the seconds until it has."""
    began = time.monotonic()
    os.kill(worker.pid, signal.SIGTERM)
    wait_until(lambda: worker.has_ended, SECONDS, "the worker has ended")
    return time.monotonic() - began


def children_of(worker: Child) -> set[int]:
    """Return the processes of a prefork pool."""
    return {pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if _parent(pid) == worker.pid}


def read_pid(file: Path) -> int:
    """Return the id that the file holds, 0 while it holds none."""
    return int(file.read_text() or 0) if file.exists() else 0


def _parent(pid: int) -> int:
    try:
        # Behind the name, which may hold anything: the state and the parent.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def count(shop: Shop, table: str) -> int:
    """Return how many rows a table of the plug-in has."""
    return int(shop.query(f"SELECT count(*) FROM visualsearch_{table}")[0][0])
