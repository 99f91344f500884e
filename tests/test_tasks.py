from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from celery.signals import worker_shutting_down
from django.db import transaction
from django.utils import timezone

from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product
from visualsearch import tasks
from visualsearch.bell import Bell
from visualsearch.models import Calibration, Embedding, Heartbeat, JobState, LagSample, ReindexJob, SyncRequest
from visualsearch.search.fitting import calibrate as calibrate_source
from visualsearch.sources import VisualSource, get_source
from visualsearch.stopping import go_on
from visualsearch.sync import BEAT, call_due_jobs, do_batch, get_status, start_job
from visualsearch.tasks import (
    beat_schedule,
    calibrate,
    find_forgotten,
    observe,
    rebuild,
    reindex,
    sync,
    sync_after_commit,
)


class Broker:
    """Stands where a broker would: counts messages, or fails, or hangs."""

    def __init__(self) -> None:
        self.messages = 0
        self.options: dict[str, Any] = {}
        self.down = False
        self.answers = threading.Event()
        self.answers.set()

    def apply_async(self, **options: Any) -> None:
        self.answers.wait(10)
        if self.down:
            raise ConnectionError("refused")
        self.messages += 1
        self.options = options


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(tasks.sync, "apply_async", broker.apply_async)
    return broker


def test_many_rings_are_few_messages(broker: Broker) -> None:
    bell = Bell(tasks.send_bell)
    for _ in range(1000):
        bell.ring()

    assert bell.wait(10)
    assert 1 <= broker.messages < 100


def test_ring_returns_while_the_broker_hangs(broker: Broker) -> None:
    broker.answers.clear()
    bell = Bell(tasks.send_bell)

    bell.ring()

    assert not bell.wait(0.1)
    broker.answers.set()
    assert bell.wait(10)


def test_bell_goes_on_after_the_broker_was_down(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    bell = Bell(tasks.send_bell)
    broker.down = True
    bell.ring()
    assert bell.wait(10)
    assert "the sweeper will find the work" in caplog.text

    broker.down = False
    bell.ring()

    assert bell.wait(10)
    assert broker.messages == 1


@pytest.mark.django_db(transaction=True)
def test_bell_rings_after_the_commit_and_not_after_a_roll_back(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Bell(tasks.send_bell)
    monkeypatch.setattr(tasks, "bell", bell)
    with transaction.atomic():
        sync_after_commit(PRODUCTS, [1])
        assert bell.wait(0.1)
        assert broker.messages == 0
        transaction.set_rollback(True)
    assert bell.wait(0.1)
    assert broker.messages == 0

    sync_after_commit(PRODUCTS, [1])

    assert bell.wait(10)
    assert broker.messages == 1


@pytest.mark.django_db(transaction=True)
def test_bell_can_be_switched_off(broker: Broker, settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BELL": False}

    sync_after_commit(PRODUCTS, [1])

    assert SyncRequest.objects.count() == 1
    assert broker.messages == 0


@pytest.mark.django_db
def test_task_does_the_work_that_is_due() -> None:
    add_product(draw())

    sync()

    assert Embedding.objects.ready().count() == 1


@pytest.mark.django_db
def test_task_that_runs_out_of_time_rings_for_the_rest(
    broker: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 1}
    monkeypatch.setattr(tasks, "SECONDS_A_TASK", 1e-6)
    monkeypatch.setattr(tasks, "bell", Bell(tasks.send_bell))
    add_product(draw())
    add_product(draw("blue"))

    sync()

    assert Embedding.objects.ready().count() == 1
    assert tasks.bell.wait(10)
    assert broker.messages == 1


@pytest.mark.django_db
def test_task_finds_what_no_signal_told() -> None:
    add_product(draw())
    SyncRequest.objects.all().delete()

    find_forgotten()

    assert Embedding.objects.ready().count() == 1


def test_every_task_acknowledges_late_and_ends_some_day() -> None:
    for name in {entry["task"] for entry in beat_schedule().values()}:
        task = current_app.tasks[name]
        assert task.acks_late is True
        assert task.reject_on_worker_lost is False
        assert 0 < task.soft_time_limit < task.time_limit


@pytest.mark.django_db
def test_task_of_a_worker_that_is_to_end_ends_after_one_batch(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 1}
    for number in range(3):
        add_product(draw_mosaic(number))

    worker_shutting_down.send(sender="here", sig="SIGTERM", how="Warm", exitcode=0)
    try:
        sync()
    finally:
        go_on()

    assert Embedding.objects.count() == 1


def test_rings_that_go_on_are_two_messages_a_second_at_most(broker: Broker) -> None:
    bell = tasks.bell
    for _ in range(60):
        bell.ring()
        threading.Event().wait(0.025)

    assert bell.wait(5)
    # 1.5 s: the pauses are 0.02, 0.04, 0.08, 0.16, 0.32, 0.5 ... and each wait is that long twice at most.
    assert 1 <= broker.messages <= 10


def test_no_message_is_thrown_away_by_a_worker_whose_clock_is_an_hour_ahead(broker: Broker) -> None:
    tasks.bell.ring()
    tasks.bell.wait(5)

    assert broker.options["expires"] > 3600
    assert all(entry["options"]["expires"] > 3600 for entry in beat_schedule().values())


def test_schedule_names_tasks_that_exist() -> None:
    names = {entry["task"] for entry in beat_schedule().values()}

    assert names <= set(tasks.sync.app.tasks)


@pytest.mark.django_db
def test_task_calibrates_a_shop_that_has_grown_and_saves_wait_for_no_more_than_one_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(20):
        add_product(draw_mosaic(number))
    sync()
    add_product(draw())
    late = []
    monkeypatch.setattr(tasks, "calibrate_source", lambda source: _watched(source, late))

    calibrate()

    assert Calibration.objects.get().pictures == 21
    assert late[:2] == [20, 21], "What waited was done after the first search."
    late.clear()
    calibrate()
    assert late == []


@pytest.mark.django_db
def test_shop_that_cannot_be_calibrated_is_told_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks, "is_due", lambda source: True)
    add_product(draw())
    sync()

    calibrate()

    assert "catalog.product is not calibrated anew" in caplog.text
    assert "gallery.poster is not calibrated anew" in caplog.text


def _watched(source: VisualSource, ready: list[int]) -> Iterator[None]:
    """Calibrate, and note before each search how many pictures can be found."""
    for step in calibrate_source(source):
        ready.append(Embedding.objects.ready().count())
        yield step


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return the messages for batches of jobs that were sent."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks.reindex, "apply_async", lambda args, **options: sent.append(args))
    return sent


def start_a_job() -> ReindexJob:
    products = [add_product(draw()) for _ in range(3)]
    SyncRequest.objects.all().delete()
    return start_job(get_source(PRODUCTS), [product.pk for product in products])


@pytest.mark.django_db
def test_sweep_calls_a_job_and_its_task_does_all_of_it(calls: list[tuple[int, int]]) -> None:
    job = start_a_job()

    sync()
    assert calls == [(job.pk, 0)]
    reindex(*calls.pop())

    job.refresh_from_db()
    assert (job.state, job.done, calls) == (JobState.DONE, 3, [])


@pytest.mark.django_db
def test_task_of_a_job_leaves_what_takes_longer_to_the_next_message(
    calls: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 1}
    monkeypatch.setattr(tasks, "SECONDS_A_BATCH", -1)
    job = start_a_job()

    reindex(job.pk, 0)

    job.refresh_from_db()
    assert (job.state, job.done, calls) == (JobState.RUNNING, 1, [(job.pk, 1)])


@pytest.mark.django_db
def test_what_is_saved_goes_before_each_batch_of_a_job(
    calls: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 1}
    # On a busy machine the first batch alone may take longer than one message is given.
    monkeypatch.setattr(tasks, "SECONDS_A_BATCH", 600)
    job = start_a_job()
    waiting = []

    def watched(pk: int, turn: int) -> int | None:
        waiting.append(SyncRequest.objects.count())
        following = do_batch(pk, turn)
        add_product(draw("green"))
        return following

    monkeypatch.setattr(tasks, "do_batch", watched)

    reindex(job.pk, 0)

    assert waiting == [0, 0, 0, 0]


@pytest.mark.django_db
def test_job_whose_message_cannot_be_sent_is_called_again_by_a_later_sweep(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = start_a_job()
    monkeypatch.setattr(tasks.reindex, "apply_async", lambda *args, **options: 1 / 0)

    sync()

    assert "the sweeper will call it" in caplog.text
    ReindexJob.objects.update(due=timezone.now())
    assert call_due_jobs() == [(job.pk, 0)]


@pytest.mark.django_db
def test_observing_notes_the_beat_and_the_lag() -> None:
    add_product(draw())

    observe()

    assert list(Heartbeat.objects.values_list("name", flat=True)) == [BEAT]
    assert LagSample.objects.get().waiting == 1


@pytest.mark.django_db
def test_index_is_built_anew_by_a_task() -> None:
    add_product(draw())
    sync()

    rebuild()

    assert get_status().indexes[PRODUCTS].details["snapshot"] == 1
    assert get_status().indexes[PRODUCTS].details["bytes"] > 0
