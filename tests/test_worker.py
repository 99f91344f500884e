from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.concurrency import get_implementation
from celery.signals import celeryd_after_setup, task_received, worker_ready, worker_shutdown

from visualsearch import tasks, worker
from visualsearch.models import Heartbeat
from visualsearch.tasks import sync


class Consumer:
    """Stands where Celery's would, and can be hashed as a sender must be."""

    hostname = "worker@here"

    def __init__(self, *queues: str, processes: int = 2) -> None:
        self.app = SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=queues)))
        self.pool = SimpleNamespace(num_processes=processes)


class Sweeper:
    """Stands where a worker's own look for work would."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("started")

    def hear(self) -> None:
        self.done.append("heard")


@pytest.fixture
def sweeper(monkeypatch: pytest.MonkeyPatch) -> Sweeper:
    sweeper = Sweeper()
    monkeypatch.setattr(worker, "sweeper", sweeper)
    monkeypatch.setattr(tasks, "bell", SimpleNamespace(ring=lambda: None))
    return sweeper


@pytest.mark.parametrize(
    ("pool", "most", "processes"), [("prefork", None, 4), ("prefork", 8, 8), ("threads", None, 1), ("solo", None, 1)]
)
def test_children_of_a_prefork_pool_share_the_cores(
    pool: str, most: int | None, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = []
    monkeypatch.setattr(worker, "share_cores", shared.append)
    instance = SimpleNamespace(pool_cls=get_implementation(pool), concurrency=4, max_concurrency=most)

    celeryd_after_setup.send(sender="here", instance=instance, conf=None)

    assert shared == ([processes] if processes > 1 else [])


@pytest.mark.django_db
@pytest.mark.parametrize(("queue", "done"), [("visualsearch", ["started"]), ("shop", [])])
def test_worker_of_our_queue_alone_looks_for_work_by_itself(queue: str, done: list[str], sweeper: Sweeper) -> None:
    worker_ready.send(sender=Consumer(queue))

    assert sweeper.done == done


@pytest.mark.parametrize(("name", "done"), [("visualsearch.sync", ["heard"]), ("shop.send_letters", [])])
def test_message_for_a_sync_alone_is_heard(name: str, done: list[str], sweeper: Sweeper) -> None:
    task_received.send(sender=Consumer(), request=SimpleNamespace(name=name))

    assert sweeper.done == done


@pytest.mark.django_db
@pytest.mark.parametrize(("processes", "warnings"), [(1, 1), (2, 0)])
def test_worker_that_does_one_task_at_a_time_says_what_that_means(
    processes: int, warnings: int, sweeper: Sweeper, caplog: pytest.LogCaptureFixture
) -> None:
    worker_ready.send(sender=Consumer("visualsearch", processes=processes))

    assert caplog.text.count("a save waits while a long one runs") == warnings


@pytest.mark.django_db
def test_worker_is_heard_of_until_it_says_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "current_task", SimpleNamespace(request=SimpleNamespace(hostname="worker@here")))
    sync()
    assert Heartbeat.objects.get().name == "worker@here"

    worker_shutdown.send(sender=Consumer())

    assert not Heartbeat.objects.exists()
