from __future__ import annotations

import pytest

from catalog.models import Product
from catalog.visual_sources import ProductSource
from tests.drawing import draw
from tests.gallery.models import Poster
from tests.goods import POSTERS, PRODUCTS, add_poster, add_product, sync_now
from visualsearch.models import Embedding, SyncRequest
from visualsearch.sources import get_source
from visualsearch.sync import reconcile, request_everything

pytestmark = pytest.mark.django_db


def test_object_hidden_without_a_signal_is_found() -> None:
    add_product(draw())
    sync_now()
    Product.objects.update(is_active=False)

    assert reconcile(get_source(PRODUCTS)) == 1

    sync_now()
    assert not Embedding.objects.ready().exists()


def test_object_created_without_a_signal_is_found() -> None:
    name = add_poster().picture.name
    sync_now()
    Poster.objects.bulk_create([Poster(name="other", picture=name)])

    assert reconcile(get_source(POSTERS)) == 1

    sync_now()
    assert Embedding.objects.ready().count() == 2


def test_picture_replaced_without_a_signal_is_found() -> None:
    first, second = add_poster(draw("red")), add_poster(draw("blue"))
    sync_now()
    Poster.objects.filter(pk=first.pk).update(picture=second.picture.name)

    assert reconcile(get_source(POSTERS)) == 1


def test_rows_restored_from_a_backup_are_mended() -> None:
    add_product(draw("red"))
    add_product(draw("blue"))
    sync_now()
    Embedding.objects.first().delete()

    assert reconcile(get_source(PRODUCTS)) == 1


def test_catalogue_in_step_asks_for_nothing() -> None:
    add_product(draw())
    add_product(b"no picture")
    sync_now()
    SyncRequest.objects.all().delete()

    assert reconcile(get_source(PRODUCTS)) == 0


def test_object_whose_pictures_cannot_be_told_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    add_product(draw())
    monkeypatch.setattr(ProductSource, "get_pictures", lambda self, obj: 1 / 0)

    assert reconcile(get_source(PRODUCTS)) == 1


def test_everything_can_be_asked_for() -> None:
    add_product(draw("red"))
    add_product(draw("blue"))
    sync_now()

    assert request_everything(get_source(PRODUCTS)) == 2
