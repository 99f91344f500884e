from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Category, Product, ProductImage
from tests.gallery.models import Poster, Print
from visualsearch import Picture
from visualsearch.exceptions import UnknownSource
from visualsearch.sources import all_sources, get_source, sources_of


def test_registered_sources_have_the_label_of_their_model() -> None:
    assert {source.name for source in all_sources()} == {"catalog.product", "gallery.poster"}


def test_sources_of_a_model_include_those_of_what_it_extends() -> None:
    assert sources_of(Print) == (get_source("gallery.poster"),)
    assert sources_of(ProductImage) == ()


def test_source_must_be_named_where_there_are_several() -> None:
    with pytest.raises(UnknownSource, match="Expected the name of a registered source"):
        get_source()


def test_object_without_a_group_stands_alone() -> None:
    source = get_source("catalog.product")

    assert source.get_group(Product(pk=3, group="")) == "pk:3"
    assert source.get_group(Product(pk=3, group="cups")) == "cups"


def test_object_without_a_page_has_no_address() -> None:
    assert get_source("gallery.poster").get_url(Poster(pk=1)) == ""


def test_object_lies_on_no_shelf_unless_its_source_says_so() -> None:
    assert get_source("gallery.poster").get_category(Poster(pk=1)) == ""
    assert get_source("catalog.product").get_category(Product(category=Category(name="Cups"))) == "Cups"
    assert get_source("catalog.product").get_category(Product()) == ""


def test_object_with_an_empty_picture_field_has_no_picture() -> None:
    assert list(get_source("gallery.poster").get_pictures(Poster(pk=1))) == []


@pytest.mark.parametrize("key", ["k" * 256, 7, None])
def test_picture_key_that_is_no_text_that_a_row_can_hold_is_refused(key: Any) -> None:
    with pytest.raises(ValueError, match="Expected a picture's key as text of at most 255 characters, got"):
        Picture(key=key, file=Poster(picture="a.png").picture)
