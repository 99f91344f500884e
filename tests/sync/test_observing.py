from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, sync_now
from visualsearch.models import Heartbeat, LagSample, ProofRecord, SyncRequest
from visualsearch.sources import get_source
from visualsearch.sync import get_status, note_lag, note_life, verify
from visualsearch.sync.observing import BEAT, QUARTERS, get_lag, get_signs

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_nothing_waits_when_every_save_is_searchable() -> None:
    add_product(draw())
    sync_now()

    assert (get_lag().seconds, get_lag().waiting) == (0.0, 0)


def test_lag_is_that_of_the_oldest_save() -> None:
    first, _ = add_product(draw()), add_product(draw())
    SyncRequest.objects.filter(object_key=str(first.pk)).update(created=timezone.now() - HOUR)

    lag = get_lag()

    assert lag.seconds == pytest.approx(3600, abs=5)
    assert lag.waiting == 2


def test_what_failed_is_not_late() -> None:
    add_product(draw())
    SyncRequest.objects.update(attempts=1, due=timezone.now() - HOUR)

    assert get_lag().seconds == 0.0


def test_day_holds_the_longest_lag_of_each_quarter_and_says_where_nobody_looked() -> None:
    now = timezone.now()
    for minutes, seconds in ((1, 2.0), (2, 5.0), (14 * 60 + 1, 9.0), (25 * 60, 99.0)):
        LagSample.objects.create(at=now - timedelta(minutes=minutes), seconds=seconds, waiting=1)

    day = get_lag().day

    assert len(day) == QUARTERS
    assert [quarter.seconds for quarter in day if quarter.seconds is not None] == [9.0, 5.0]
    assert day[-1].seconds == 5.0


def test_samples_and_signs_of_life_are_kept_for_two_days() -> None:
    long_ago = timezone.now() - timedelta(days=3)
    LagSample.objects.create(at=long_ago, seconds=1, waiting=1)
    Heartbeat.objects.create(name="old", at=long_ago)

    note_lag()

    assert LagSample.objects.get().at > long_ago
    assert not Heartbeat.objects.exists()


def test_signs_of_life_are_those_of_the_last_minutes() -> None:
    note_life("worker@here")
    note_life(BEAT)
    Heartbeat.objects.filter(name=BEAT).update(at=timezone.now() - HOUR)

    assert [(sign.name, sign.alive) for sign in get_signs()] == [(BEAT, False), ("worker@here", True)]


def test_sign_of_life_is_written_now_and_then() -> None:
    note_life("worker@here")
    first = Heartbeat.objects.get().at
    note_life("worker@here")
    assert Heartbeat.objects.get().at == first

    Heartbeat.objects.update(at=first - HOUR)
    note_life("worker@here")

    assert Heartbeat.objects.get().at >= first


def test_last_proof_is_kept_with_all_that_it_says() -> None:
    product = add_product(draw())
    sync_now()
    verify(get_source(PRODUCTS))
    SyncRequest.objects.all().delete()
    type(product).objects.update(is_active=False)
    verify(get_source(PRODUCTS))

    proof = get_status().proofs[PRODUCTS]

    assert not proof.equal
    assert proof.result["differing_objects"] == [str(product.pk)]
    assert ProofRecord.objects.count() == 2


def test_old_proofs_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["visualsearch.sync.verify"], "KEPT", 2)

    for _ in range(4):
        verify(get_source(PRODUCTS))

    assert ProofRecord.objects.count() == 2
