from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Embedding, Lease, SyncRequest
from visualsearch.sources import get_source
from visualsearch.sync import request_everything, request_sync
from visualsearch.sync.leases import WORKER_ENDED, lease_objects, lease_work, remove_lapsed, still_held
from visualsearch.sync.objects import sync_work

pytestmark = pytest.mark.django_db


def lapse() -> None:
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))


def test_leased_object_is_given_to_no_second_worker() -> None:
    request_sync(PRODUCTS, [1, 2])

    first, second = lease_work(1), lease_work(10)

    assert {work.object_key for work in first}.isdisjoint(work.object_key for work in second)
    assert lease_work(10) == []


def test_many_wishes_for_one_object_are_one_piece_of_work() -> None:
    for _ in range(3):
        request_sync(PRODUCTS, [7])

    (work,) = lease_work(10)

    assert len(work.requests) == 3


def test_wish_that_failed_is_left_until_it_is_due() -> None:
    request_sync(PRODUCTS, [1], due=timezone.now() + timedelta(minutes=1))
    SyncRequest.objects.update(attempts=1)

    assert lease_work(10) == []


def test_a_single_save_goes_before_a_reindex_of_everything() -> None:
    for _ in range(3):
        add_product()
    SyncRequest.objects.all().delete()
    request_everything(get_source(PRODUCTS))
    late = add_product()

    assert [work.object_key for work in lease_work(1)] == [str(late.pk)]
    assert len(lease_work(10)) == 3


def test_wishes_and_leases_from_before_the_clock_was_set_back_are_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    request_sync(PRODUCTS, [1, 2])
    lease_work(1)
    before = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: before)

    assert sorted(work.object_key for work in lease_work(10)) == ["1", "2"]


def test_lease_of_a_dead_worker_lapses() -> None:
    request_sync(PRODUCTS, [1])
    lease_work(10)

    lapse()

    assert [work.object_key for work in lease_work(10)] == ["1"]


def due_now() -> None:
    SyncRequest.objects.update(due=timezone.now())


def test_batch_that_ended_its_worker_is_leased_one_by_one_and_what_is_new_together() -> None:
    request_sync(PRODUCTS, [1, 2, 3])
    lease_work(10)
    lapse()
    request_sync(PRODUCTS, [4, 5])

    batches = [[work.object_key for work in lease_work(10)] for _ in range(5)]

    assert sorted(batches) == [[], ["1"], ["2"], ["3"], ["4", "5"]]


def test_object_that_ends_every_worker_comes_ever_later_and_says_why(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "RETRY_SECONDS": 40, "RETRY_SECONDS_MOST": 100}
    request_sync(PRODUCTS, [1])
    pauses = []
    for _ in range(4):
        assert [work.object_key for work in lease_work(10)] == ["1"]
        lapse()
        remove_lapsed()
        pauses.append(round((SyncRequest.objects.get().due - timezone.now()).total_seconds()))
        due_now()

    request = SyncRequest.objects.get()
    assert pauses == [0, 40, 80, 100]
    assert request.error == WORKER_ENDED


def test_saving_an_object_that_ended_a_worker_does_not_bring_it_among_others() -> None:
    request_sync(PRODUCTS, [1])
    lease_work(10)
    lapse()
    remove_lapsed()
    SyncRequest.objects.update(due=timezone.now() + timedelta(hours=1))
    request_sync(PRODUCTS, [1, 2])

    assert [[work.object_key for work in lease_work(10)] for _ in range(2)] == [["1"], ["2"]]


def test_batch_that_no_wish_led_to_is_tried_one_by_one_too() -> None:
    lease_objects([(PRODUCTS, "1"), (PRODUCTS, "2")])
    lapse()

    assert [[work.object_key for work in lease_work(10)] for _ in range(3)] == [["1"], ["2"], []]


def test_worker_that_lost_its_lease_writes_nothing() -> None:
    product = add_product(draw())
    slow = lease_work(10)
    lapse()
    quick = lease_work(10)

    assert not still_held(slow[0])
    assert sync_work(slow).objects == 0
    assert not Embedding.objects.exists()
    assert sync_work(quick).objects == 1
    assert Embedding.objects.get().object_key == str(product.pk)


def test_worker_killed_before_it_wrote_loses_nothing() -> None:
    add_product(draw())
    lease_work(10)

    lapse()
    sync_now()

    assert Embedding.objects.ready().count() == 1
    assert not SyncRequest.objects.exists()


def test_work_of_one_source_alone_can_be_leased() -> None:
    request_sync(PRODUCTS, [1])
    request_sync("gallery.poster", [1])

    assert [work.source for work in lease_work(10, source="gallery.poster")] == ["gallery.poster"]


def test_object_that_another_worker_has_just_finished_is_not_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    request_sync(PRODUCTS, [1, 2])
    create = Lease.objects.bulk_create

    def finish_the_first(leases: list[Lease], **options: Any) -> list[Lease]:
        SyncRequest.objects.filter(object_key="1").delete()
        return create(leases, **options)

    monkeypatch.setattr(Lease.objects, "bulk_create", finish_the_first)

    assert [work.object_key for work in lease_work(10)] == ["2"]
    assert [lease.object_key for lease in Lease.objects.all()] == ["2"]


def test_worker_that_was_too_slow_for_all_it_wanted_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    request_sync(PRODUCTS, [1, 2])
    create = Lease.objects.bulk_create

    def be_too_slow(leases: list[Lease], **options: Any) -> list[Lease]:
        monkeypatch.undo()
        other = [Lease(source=PRODUCTS, object_key="1", token="other", until=leases[0].until)]
        create(other)
        return create(leases, **options)

    monkeypatch.setattr(Lease.objects, "bulk_create", be_too_slow)

    assert [work.object_key for work in lease_work(1)] == ["2"]
