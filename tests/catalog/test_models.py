"""Categories, products and their pictures."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from catalog.models import Category, Product
from tests.drawing import draw
from visualsearch.sources import get_source

pytestmark = pytest.mark.django_db


def test_title_without_latin_letters_still_has_an_address():
    product = Product.objects.create(sku="A1", title="花瓶")

    assert product.get_absolute_url() == f"/products/{product.pk}/product/"


def test_price_below_nothing_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(sku="A1", title="Mug", price=-1)


def test_two_categories_of_one_name_need_two_parents():
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    Category.objects.create(name="Mugs", slug="mugs")
    Category.objects.create(name="Mugs", slug="kitchen-mugs", parent=kitchen)

    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(name="Mugs", slug="mugs-2")


def test_picture_replaced_by_hand_gets_another_digest(make_product):
    image = make_product("A1", "red").images.get()
    before = image.digest

    image.file = ContentFile(draw("blue"), name="blue.png")
    image.save()

    assert len(before) == 64
    assert image.digest != before


def test_file_goes_with_its_row(make_product, django_capture_on_commit_callbacks):
    image = make_product("A1", "red").images.get()
    storage, name = image.file.storage, image.file.name

    with django_capture_on_commit_callbacks(execute=True):
        image.delete()

    assert not storage.exists(name)


def test_source_shows_active_products_with_all_their_pictures(make_product):
    shown = make_product("A1", "red", "blue", group="G", title="Mug")
    make_product("A2", "red", is_active=False)
    source = get_source("catalog.product")

    (product,) = source.get_queryset()

    assert [picture.key for picture in source.get_pictures(product)] == [str(i.pk) for i in shown.images.all()]
    assert (source.get_key(product), source.get_group(product), source.get_title(product)) == ("A1", "G", "Mug")
