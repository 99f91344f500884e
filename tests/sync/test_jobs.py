from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Product
from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Embedding, JobState, Lease, ReindexJob, SyncRequest
from visualsearch.sources import get_source
from visualsearch.sync import (
    call_due_jobs,
    cancel_job,
    do_batch,
    jobs,
    pause_job,
    resume_job,
    start_job,
)
from visualsearch.sync.leases import lease_objects

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_batches(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "BATCH_SIZE": 2}


def start(*products: Product) -> ReindexJob:
    return start_job(get_source(PRODUCTS), [product.pk for product in products] or None)


def run(job: ReindexJob) -> ReindexJob:
    job.refresh_from_db()
    turn: int | None = job.turn
    while turn is not None:
        turn = do_batch(job.pk, turn)
    job.refresh_from_db()
    return job


def replace_silently(product: Product) -> None:
    """Write another file under the same name: no signal, no other name."""
    image = product.images.get()
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(draw("black"))


def test_job_for_everything_looks_at_every_object() -> None:
    products = [add_product(draw()) for _ in range(5)]
    sync_now()
    for product in products:
        replace_silently(product)
    before = set(Embedding.objects.values_list("digest", flat=True))

    job = run(start())

    assert (job.state, job.done, job.total, job.failed) == (JobState.DONE, 5, 5, 0)
    assert before.isdisjoint(Embedding.objects.values_list("digest", flat=True))
    assert job.ended
    assert not SyncRequest.objects.exists()
    assert not Lease.objects.exists()


def test_job_for_some_leaves_the_others_alone() -> None:
    chosen, other = add_product(draw()), add_product(draw("blue"))
    SyncRequest.objects.all().delete()

    job = run(start(chosen))

    assert (job.done, job.embedded) == (1, 1)
    assert not Embedding.objects.filter(object_key=str(other.pk)).exists()


def test_unchanged_pictures_keep_their_vectors() -> None:
    add_product(draw())
    sync_now()
    before = list(Embedding.objects.values())

    assert run(start()).embedded == 0
    assert list(Embedding.objects.values()) == before


def test_failures_are_told_with_picture_and_reason() -> None:
    product = add_product(draw(), b"no picture")

    job = run(start(product))

    assert job.failed == 1
    failure = job.failures.get()
    assert failure.object_key == str(product.pk)
    assert failure.picture_name == product.images.last().file.name
    assert "Expected a picture" in failure.error


def test_object_that_fails_as_a_whole_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    product = add_product(draw())
    monkeypatch.setattr(get_source(PRODUCTS), "get_pictures", lambda obj: 1 / 0)

    job = run(start(product))

    assert "ZeroDivisionError" in job.failures.get().error


def test_more_failures_than_are_kept_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FAILURES_KEPT", 1)

    job = run(start(add_product(b"no", b"nor"), add_product(b"neither")))

    assert job.failed == 3
    assert job.failures.count() == 1


def test_one_turn_is_taken_once() -> None:
    job = start(*(add_product(draw()) for _ in range(5)))

    assert do_batch(job.pk, 0) == 1
    assert do_batch(job.pk, 0) is None

    job.refresh_from_db()
    assert job.done == 2


def test_paused_job_does_nothing_until_it_is_resumed() -> None:
    job = start(*(add_product(draw()) for _ in range(5)))
    do_batch(job.pk, 0)

    assert pause_job(job)
    assert do_batch(job.pk, 1) is None
    assert call_due_jobs() == []
    assert not pause_job(job)

    assert resume_job(job)
    assert do_batch(job.pk, 1) is None, "A message from before the pause begins nothing."
    assert call_due_jobs() == [(job.pk, 2)]
    assert run(job).done == 5


def test_cancelled_job_never_goes_on() -> None:
    job = start(*(add_product(draw()) for _ in range(5)))
    do_batch(job.pk, 0)

    assert cancel_job(job)

    assert do_batch(job.pk, 1) is None
    assert not resume_job(job)
    assert not cancel_job(job)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.CANCELLED, 2)


def test_job_is_called_at_once_and_again_only_when_its_message_must_be_lost() -> None:
    job = start(add_product(draw()))

    assert call_due_jobs() == [(job.pk, 0)]
    assert call_due_jobs() == []
    ReindexJob.objects.update(due=timezone.now() - timedelta(seconds=1))
    assert call_due_jobs() == [(job.pk, 0)]


def test_batch_of_a_dead_worker_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(*(add_product(draw()) for _ in range(3)))
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "sync_work", lambda work: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            do_batch(job.pk, 0)
    Lease.objects.all().delete()
    ReindexJob.objects.update(due=timezone.now())

    assert call_due_jobs() == [(job.pk, 1)]
    assert run(job).done == 3
    assert Embedding.objects.ready().count() == 3


def test_worker_that_was_taken_for_dead_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(*(add_product(draw()) for _ in range(3)))
    sync_work = jobs.sync_work

    def slow(work: Any) -> Any:
        ReindexJob.objects.update(turn=7)
        return sync_work(work)

    monkeypatch.setattr(jobs, "sync_work", slow)

    assert do_batch(job.pk, 0) is None
    job.refresh_from_db()
    assert (job.done, job.cursor) == (0, "")


def test_object_that_another_worker_holds_is_left_to_a_wish() -> None:
    product = add_product(draw())
    SyncRequest.objects.all().delete()
    lease_objects([(PRODUCTS, str(product.pk))])

    job = run(start(product))

    assert job.done == 1
    assert SyncRequest.objects.get().object_key == str(product.pk)


def test_hidden_object_that_was_selected_is_removed() -> None:
    product = add_product(draw())
    sync_now()
    Product.objects.update(is_active=False)

    run(start(product))

    assert not Embedding.objects.ready().exists()


def test_objects_that_leave_meanwhile_do_not_keep_a_job_from_ending() -> None:
    job = start_job(get_source(PRODUCTS))
    add_product(draw())
    ReindexJob.objects.update(total=9)

    job = run(job)

    assert (job.state, job.done, job.total, job.share) == (JobState.DONE, 1, 1, 1.0)


def test_rate_and_time_left_are_those_of_the_work() -> None:
    job = start(*(add_product(draw()) for _ in range(4)))
    assert job.left is None
    ReindexJob.objects.update(progressed=timezone.now() - timedelta(seconds=10))

    do_batch(job.pk, 0)

    job.refresh_from_db()
    assert job.rate == pytest.approx(0.2, rel=0.1)
    assert job.left
    assert job.left.total_seconds() == pytest.approx(10, abs=1)
