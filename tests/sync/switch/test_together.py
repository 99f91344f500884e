from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection

from catalog.models import Product
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.sync.switch.steps import TINY, answering, assert_equal
from visualsearch.models import Embedding, SyncRequest
from visualsearch.sync import (
    build,
    finish_building,
    request_sync,
    want,
)
from visualsearch.tasks import sync as sync_task

pytestmark = pytest.mark.django_db


def test_worker_builds_and_takes_over(goods: list[Product]) -> None:
    want(TINY)

    sync_task()

    assert answering() == TINY
    assert_equal()


def test_two_that_build_at_once_do_no_harm(goods: list[Product]) -> None:
    want(TINY)
    one, other = build(), build()
    next(one)
    next(other)
    want(TINY)
    list(one)
    list(other)
    list(finish_building())
    list(finish_building())

    assert answering() == TINY
    assert Embedding.objects.filter(fingerprint="tiny-27").count() == 7
    assert_equal()


@pytest.mark.django_db(transaction=True)
def test_threads_that_search_see_no_gap_while_two_build() -> None:
    products = [add_product(draw_mosaic(number)) for number in range(20)]
    sync_now()
    want(TINY)
    wrong: list[object] = []
    builders = [Thread(target=_run, args=(lambda: list(finish_building()), wrong)) for _ in range(2)]
    searcher = Thread(target=_run, args=(lambda: _search_until(TINY, products, wrong), wrong))
    for thread in (searcher, *builders):
        thread.start()
    for thread in (searcher, *builders):
        thread.join()

    assert wrong == []
    assert_equal()


def _run(work: Callable[[], object], wrong: list[object]) -> None:
    try:
        work()
    except Exception as error:
        wrong.append(error)
    finally:
        connection.close()


def _search_until(name: str, products: list[Product], wrong: list[object]) -> None:
    more = 20
    for number in range(3_000):
        number %= len(products)
        keys = found(draw_mosaic(number))
        if keys[:1] != [products[number].sku]:
            wrong.append(keys)
        more -= answering() == name
        if more < 0:
            return


def test_request_during_the_change_waits_for_nobody(goods: list[Product]) -> None:
    want(TINY)
    request_sync(PRODUCTS, [goods[0].pk])

    next(build())

    assert not SyncRequest.objects.exists()
