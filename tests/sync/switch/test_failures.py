from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Product
from catalog.visual_sources import ProductSource
from tests.drawing import draw, draw_mosaic
from tests.embedders.tiny import TinyEmbedder
from tests.goods import add_product, found, sync_now
from tests.sync.switch.steps import OLD, TINY, answering, assert_equal, change
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.models import Embedding, SyncRequest
from visualsearch.sync import (
    finish_building,
    get_status,
    want,
)

pytestmark = pytest.mark.django_db


def test_picture_that_fails_in_both_holds_nothing_up(goods: list[Product]) -> None:
    broken = add_product(b"no picture")
    sync_now()

    change()
    SyncRequest.objects.update(due=timezone.now())
    sync_now()

    assert Embedding.objects.get(object_key=broken.pk, fingerprint="tiny-27").state == "failed"
    assert get_status().failed == 1


def test_picture_that_the_new_embedder_refuses_holds_nothing_up(
    goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_product(draw("red", size=200))
    sync_now()
    embed = TinyEmbedder.embed

    def refuse_large(self: Any, images: Any) -> Any:
        if any(image.width == 200 for image in images):
            raise ValueError("too odd")
        return embed(self, images)

    monkeypatch.setattr(TinyEmbedder, "embed", refuse_large)
    change()

    assert get_status().failed == 1
    assert SyncRequest.objects.count() == 1


def lose(product: Product) -> None:
    file = product.images.get().file
    file.storage.delete(file.name)


def test_one_file_that_is_lost_holds_nothing_up(goods: list[Product]) -> None:
    lose(goods[0])

    change()

    assert get_status().failed == 1
    assert len(found(draw_mosaic(1))) == 6


def test_storage_that_is_down_holds_the_change_up_and_takes_nothing_from_the_old(goods: list[Product]) -> None:
    for product in goods[:4]:
        lose(product)
    want(TINY)

    list(finish_building())

    assert answering() == OLD
    assert len(found(draw_mosaic(0))) == 7


def test_object_that_cannot_be_looked_at_holds_the_change_up(
    goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    get_pictures: Callable[..., Any] = ProductSource.get_pictures
    monkeypatch.setattr(
        ProductSource, "get_pictures", lambda self, obj: 1 / 0 if obj == goods[0] else get_pictures(self, obj)
    )
    want(TINY)

    list(finish_building())

    assert answering() == OLD


def test_embedder_that_cannot_be_loaded_does_not_stop_the_one_that_answers(
    goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, images: Any) -> Any:
        raise EmbedderUnavailable("no weights")

    want(TINY)
    monkeypatch.setattr(TinyEmbedder, "embed", fail)
    new = add_product(draw("red"))
    report = sync_now()

    assert report.failed == 1
    assert found(draw("red"))[0] == new.sku
    list(finish_building())
    assert answering() == OLD

    monkeypatch.undo()
    list(finish_building())
    assert answering() == TINY
    assert_equal()
