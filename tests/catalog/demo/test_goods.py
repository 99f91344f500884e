"""The goods that the demo shop comes with."""

from __future__ import annotations

from collections import Counter

import pytest
from PIL import Image

from catalog.demo.goods import CATALOGUE, PHOTOS, sample_photos
from catalog.feeds import Feed, read_feed
from visualsearch.search.evaluation.queries import read_queries

MEGABYTES_MOST = 30


@pytest.fixture(scope="module")
def feed() -> Feed:
    return read_feed(CATALOGUE)


def test_every_row_of_the_catalogue_can_be_imported(feed):
    assert feed.problems == ()
    assert {row.image for row in feed.rows} == {f"pictures/{path.name}" for path in CATALOGUE.parent.glob("pictures/*")}


def test_there_are_hundreds_of_products_of_many_kinds_with_several_pictures_each(feed):
    pictures = Counter(row.sku for row in feed.rows)

    assert len(pictures) >= 240
    assert len({row.category for row in feed.rows}) >= 12
    assert set(pictures.values()) <= {2, 3}


def test_designs_are_sold_in_variants_of_other_colours_or_materials(feed):
    groups = Counter(row.group for row in {row.sku: row for row in feed.rows}.values())

    assert sum(count > 1 for count in groups.values()) >= 100


def test_every_product_says_what_shoppers_ask(feed):
    assert all(row.price and row.currency and row.description and row.colour and row.material for row in feed.rows)
    assert {row.stock == 0 for row in feed.rows} == {True, False}


def test_pictures_are_large_enough_for_a_product_page(feed):
    for row in feed.rows:
        with Image.open(CATALOGUE.parent / row.image) as image:
            assert image.size == (640, 640), row.image


def test_each_photo_has_an_answer_that_the_shop_sells(feed):
    skus = {row.sku for row in feed.rows}
    queries = read_queries(PHOTOS)

    assert len(queries) >= 120
    assert {query.photo for query in queries} == set(PHOTOS.parent.glob("photos/*.jpg"))
    assert all(query.right <= skus for query in queries)
    assert set(sample_photos()) <= {query.photo for query in queries}


def test_all_of_it_is_small_enough_to_be_carried_along():
    assert sum(path.stat().st_size for path in CATALOGUE.parent.rglob("*.*")) < MEGABYTES_MOST * 1_000_000
