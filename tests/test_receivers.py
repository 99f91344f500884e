from __future__ import annotations

from typing import Any

import pytest
from django.core import serializers

from catalog.models import Category
from tests.drawing import draw
from tests.gallery.models import Print
from tests.goods import POSTERS, PRODUCTS, add_picture, add_product
from visualsearch.models import SyncRequest

pytestmark = pytest.mark.django_db


def asked_for() -> set[str]:
    keys = set(SyncRequest.objects.filter(source=PRODUCTS).values_list("object_key", flat=True))
    SyncRequest.objects.all().delete()
    return keys


def test_save_and_delete_of_an_object_ask_for_its_sync() -> None:
    product = add_product()
    key = str(product.pk)
    assert asked_for() == {key}

    product.delete()

    assert asked_for() == {key}


def test_save_and_delete_of_a_followed_picture_ask_for_its_object() -> None:
    product = add_product()
    asked_for()

    picture = add_picture(product, draw())
    assert asked_for() == {str(product.pk)}

    picture.delete()
    assert asked_for() == {str(product.pk)}


def test_picture_that_moves_asks_for_both_objects() -> None:
    first, second = add_product(), add_product()
    picture = add_picture(first, draw())
    asked_for()

    picture.product = second
    picture.save()

    assert asked_for() == {str(first.pk), str(second.pk)}


def test_nothing_asks_for_a_sync_where_the_setting_is_off(settings: Any) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SYNC_ON_SAVE": False}
    product = add_product(draw())

    product.save()
    product.delete()

    assert asked_for() == set()


def test_other_models_ask_for_nothing() -> None:
    Category.objects.create(name="Cups", slug="cups")

    assert asked_for() == set()


def test_fixtures_ask_for_nothing() -> None:
    product = add_product()
    asked_for()
    (loaded,) = serializers.deserialize("json", serializers.serialize("json", [product]))

    loaded.save()

    assert asked_for() == set()


def test_save_of_a_proxy_asks_for_its_object() -> None:
    Print.objects.create(name="a print")

    assert SyncRequest.objects.get().source == POSTERS
