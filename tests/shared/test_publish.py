"""A shared index follows the journal, whoever publishes and whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from tests.drawing import draw
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.shared.engine import NAME, EngineIndex, be_patient_no_more
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Changes
from visualsearch.models import Embedding, Journal, Publication, current_space
from visualsearch.opening import index_of
from visualsearch.sources import get_source
from visualsearch.sync import get_status, publish, reconcile, verify
from visualsearch.sync.publish import PublisherReplaced, caught_up, publish_space

pytestmark = pytest.mark.django_db


def revision() -> int:
    return index_of(current_space(PRODUCTS)).revision


def test_saved_picture_is_published_with_the_work_that_embedded_it() -> None:
    product = add_product(draw("red"))
    sync_now()

    assert found(draw("red")) == [product.sku]
    assert revision() == Journal.head() > 0


def test_search_publishes_nothing() -> None:
    add_product(draw("red"))
    EngineIndex.is_down = True
    sync_now()
    EngineIndex.is_down = False

    assert found(draw("red")) == []
    assert revision() == 0


def test_engine_that_is_down_stops_no_sync_and_is_caught_up_with_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    product = add_product(draw("red"))
    EngineIndex.is_down = True
    report = sync_now()
    assert (report.objects, report.failed) == (1, 0)
    assert Publication.objects.get(source=PRODUCTS).error == "The engine cannot be reached: start it."

    EngineIndex.is_down = False
    publish()
    assert revision() == 0, "an engine that just failed is left alone for a while"

    be_patient_no_more()
    publish()

    assert found(draw("red")) == [product.sku]
    row = Publication.objects.get(source=PRODUCTS)
    assert (row.error, row.failed, row.token) == ("", None, "")


def test_time_since_which_an_engine_is_down_stays_while_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    add_product(draw("red"))
    EngineIndex.is_down = True
    sync_now()
    since = Publication.objects.get(source=PRODUCTS).failed

    be_patient_no_more()
    publish()

    assert Publication.objects.get(source=PRODUCTS).failed == since is not None


def test_second_publisher_leaves_the_work_to_the_first() -> None:
    add_product(draw("red"))
    EngineIndex.is_down = True
    sync_now()
    EngineIndex.is_down = False
    Publication.objects.filter(source=PRODUCTS).update(token="other", until=timezone.now() + timedelta(seconds=20))

    publish()

    assert revision() == 0


@pytest.mark.parametrize("until", [timedelta(seconds=-1), timedelta(days=1)], ids=["lapsed", "clock set back"])
def test_publisher_that_died_is_replaced(until: timedelta) -> None:
    add_product(draw("red"))
    sync_now()
    Publication.objects.filter(source=PRODUCTS).update(token="dead", until=timezone.now() + until)
    product = add_product(draw("blue"))
    sync_now()

    assert found(draw("blue"))[0] == product.sku


def test_publisher_that_was_replaced_writes_no_further_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.models.journal.PAGE", 1)
    for colour in ("red", "blue"):
        add_product(draw(colour))
    EngineIndex.is_down = True
    sync_now()
    EngineIndex.is_down = False
    real = EngineIndex.repair

    def replaced(self: EngineIndex, changes: Changes) -> None:
        real(self, changes)
        Publication.objects.filter(source=PRODUCTS).update(token="other")

    monkeypatch.setattr(EngineIndex, "repair", replaced)
    with pytest.raises(PublisherReplaced):
        publish_space(NAME, current_space(PRODUCTS))

    assert len(index_of(current_space(PRODUCTS))) == 1
    assert Publication.objects.get(source=PRODUCTS).token == "other"


def test_backlog_keeps_no_batch_waiting_and_goes_on_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualsearch.models.journal.PAGE", 1)
    EngineIndex.is_down = True
    for colour in ("red", "blue", "green"):
        add_product(draw(colour))
    sync_now()
    EngineIndex.is_down = False
    monkeypatch.setitem(publish.__globals__, "SECONDS_AT_ONCE", 0.0)
    sizes = []
    for _ in range(4):
        be_patient_no_more()
        publish()
        sizes.append(len(index_of(current_space(PRODUCTS))))

    assert sizes[:3] == [1, 2, 3]
    assert revision() == Journal.head()


def test_rows_committed_while_another_publishes_are_published_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    first, late = add_product(draw("red")), []
    real = EngineIndex.catch_up

    def catch_up(self: EngineIndex, read: Any) -> None:
        def reading(since: int) -> Iterator[Changes]:
            yield from read(since)
            if not late:
                late.append(add_product(draw("blue")))
                sync_now()

        real(self, reading)

    monkeypatch.setattr(EngineIndex, "catch_up", catch_up)
    sync_now()

    assert set(found(draw("red"))) == {first.sku, late[0].sku}


def test_proof_compares_and_mends_a_shared_index() -> None:
    add_product(draw("red"))
    sync_now()
    row = Embedding.objects.get()
    wrong = Changes(revision=0, ids=_ids(), vectors=_vectors(row), removed=_ids(row.pk))
    index_of(current_space(PRODUCTS)).repair(wrong)

    assert not verify(get_source(PRODUCTS)).equal
    verify(get_source(PRODUCTS), repair=True)

    assert verify(get_source(PRODUCTS)).equal


def test_index_of_an_engine_that_is_down_cannot_be_proved() -> None:
    EngineIndex.is_down = True

    with pytest.raises(IndexUnavailable, match="start it"):
        caught_up(current_space(PRODUCTS))


def test_value_that_is_searched_by_moves_the_row_to_the_end_of_the_journal() -> None:
    product = add_product(draw("red"), price=5)
    sync_now()
    row = Embedding.objects.get()
    assert row.attributes == {"category__name": None, "colour": "", "price": 5.0, "in_stock": True}

    product.price = 7
    product.save()
    sync_now()

    after = Embedding.objects.get()
    assert (after.attributes["price"], after.revision) == (7.0, row.revision + 1)
    assert bytes(after.vector) == bytes(row.vector)


def test_saving_an_object_without_any_change_writes_no_row() -> None:
    product = add_product(draw("red"), price=5)
    sync_now()
    head = Journal.head()

    product.save()
    sync_now()

    assert Journal.head() == head


def test_value_changed_without_a_signal_is_found_by_reconcile() -> None:
    product = add_product(draw("red"), price=5)
    sync_now()
    type(product).objects.update(price=9)
    assert verify(get_source(PRODUCTS)).differing == 1

    assert reconcile(get_source(PRODUCTS)) == 1
    sync_now()

    assert Embedding.objects.get().attributes["price"] == 9.0
    assert verify(get_source(PRODUCTS)).equal


def test_rows_hold_no_values_where_no_index_keeps_them(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}
    add_product(draw("red"), price=5)
    sync_now()

    assert Embedding.objects.get().attributes is None


def test_status_tells_the_revision_of_a_shared_index_without_publishing() -> None:
    add_product(draw("red"))
    EngineIndex.is_down = True
    sync_now()
    EngineIndex.is_down = False

    status = get_status()

    assert (status.revision, status.index_revision) == (Journal.head(), 0)


def _ids(*ids: int) -> Any:
    return np.array(ids, np.int64)


def _vectors(row: Embedding) -> Any:
    return np.empty((0, len(bytes(row.vector or b"")) // 2), np.float16)
