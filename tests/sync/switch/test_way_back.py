from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product, ProductImage
from tests.drawing import draw, draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from tests.sync.switch.steps import OLD, TINY, answering, assert_equal, change, replace
from visualsearch.embedders import load_embedder
from visualsearch.exceptions import EmbedderInUse, EmbedderUnavailable
from visualsearch.models import Calibration, Embedding
from visualsearch.sources import get_source
from visualsearch.sync import (
    build,
    finish_building,
    forget,
    reconcile,
    take_over,
    want,
    want_previous,
)

pytestmark = pytest.mark.django_db


def test_way_back_costs_no_embedding(goods: list[Product]) -> None:
    change()

    assert want_previous() == OLD
    assert sum(report.embedded for report in finish_building()) == 0

    assert answering() == OLD
    assert found(draw_mosaic(3))[0] == goods[3].sku
    assert_equal()


def test_way_back_brings_what_changed_since(goods: list[Product]) -> None:
    change()
    new = add_product(draw("red"))
    replace(goods[0], draw("blue"))
    goods[1].delete()
    goods[2].is_active = False
    goods[2].save()
    image = goods[3].images.get()
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(draw("green"))
    image.save()
    sync_now()

    change(OLD)

    assert found(draw("red"))[0] == new.sku
    assert found(draw("blue"))[0] == goods[0].sku
    assert found(draw("green"))[0] == goods[3].sku
    assert len(found(draw("red"))) == 6
    assert_equal()


def test_what_was_deleted_since_holds_the_way_back_up_until_it_is_gone(goods: list[Product]) -> None:
    change()
    goods[1].delete()
    sync_now()
    want(OLD)

    assert not take_over()
    list(build())
    assert take_over()


def test_change_without_a_signal_is_found_on_the_way(goods: list[Product]) -> None:
    Product.objects.filter(pk=goods[0].pk).update(is_active=False)
    ProductImage.objects.filter(product=goods[1]).update(file=goods[2].images.get().file.name)
    file = goods[3].images.get().file
    with file.storage.open(file.name, "wb") as opened:
        opened.write(draw("red"))

    change()

    assert found(draw("red"))[0] == goods[3].sku
    assert_equal()


def test_way_back_before_the_end_gives_the_change_up(goods: list[Product]) -> None:
    want(TINY)
    next(build())

    assert want_previous() == OLD

    assert list(build()) == []
    assert take_over()
    assert answering() == OLD


def test_no_way_back_where_nothing_was_before(goods: list[Product]) -> None:
    with pytest.raises(EmbedderUnavailable, match="no way back"):
        want_previous()


def test_forgotten_embedder_leaves_no_vector_and_can_come_back(goods: list[Product], settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "COMPACT_FROM": 5}
    change()
    change(OLD)

    Calibration.objects.create(
        source="x", fingerprint=load_embedder(TINY).fingerprint, parameters={}, pictures=7, revision=7
    )

    assert forget(TINY) == 7

    assert not Calibration.objects.exists()
    assert not Embedding.objects.filter(fingerprint="tiny-27", vector__isnull=False).exists()
    assert not list((settings.VISUALSEARCH["DIRECTORY"] / PRODUCTS / "tiny-27").glob("0*"))

    change()
    assert_equal()
    assert found(draw_mosaic(3))[0] == goods[3].sku


@pytest.mark.parametrize("name", [OLD, TINY, "tiny-27"])
def test_embedder_in_use_is_not_forgotten(goods: list[Product], name: str) -> None:
    want(TINY)
    list(build())

    with pytest.raises(EmbedderInUse):
        forget(name)


def test_reconcile_after_the_change_finds_nothing(goods: list[Product]) -> None:
    change()

    assert reconcile(get_source(PRODUCTS)) == 0
