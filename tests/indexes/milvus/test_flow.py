"""A shop whose searches Milvus answers, from the save to the answer."""

from __future__ import annotations

import pytest

from catalog.models import Product
from tests.drawing import draw_mosaic
from tests.goods import PRODUCTS, add_product, found, sync_now
from visualsearch.models import Journal, current_space
from visualsearch.opening import index_of
from visualsearch.sources import get_source
from visualsearch.sync import get_status, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods(flow):
    products = [add_product(draw_mosaic(n), price=n, in_stock=bool(n % 3), sku=f"T{n}") for n in range(12)]
    sync_now()
    return products


def test_saved_product_is_found_and_a_hidden_one_is_not(goods):
    assert found(draw_mosaic(5))[0] == "T5"

    Product.objects.filter(sku="T5").update(is_active=False)
    assert "T5" not in found(draw_mosaic(5), limit=12)
    goods[4].is_active = False
    goods[4].save()
    sync_now()

    assert "T4" not in found(draw_mosaic(4), limit=12)
    index = index_of(current_space(PRODUCTS))
    assert (len(index), index.revision) == (11, Journal.head())


@pytest.mark.parametrize(
    "filters",
    [
        {"price__gte": 3},
        {"price__gte": 4, "price__lte": 9},
        {"in_stock": True, "price__lte": 6},
        {"sku__startswith": "T1"},
        {"colour": 'a" or 1 == 1 or "'},
    ],
    ids=str,
)
def test_filtered_search_answers_as_an_exact_one_does(goods, settings, filters):
    ours = found(draw_mosaic(5), filters=filters, limit=12)

    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "INDEX": "exact"}

    assert ours == found(draw_mosaic(5), filters=filters, limit=12)
    assert len(ours) == Product.objects.filter(**filters).count()


def test_proof_finds_nothing_and_status_says_what_answers(goods):
    proof = verify(get_source(PRODUCTS))

    assert proof.equal
    assert proof.vectors == 12
    status = get_status().indexes[PRODUCTS]
    assert (status.name, status.kind, status.size) == ("milvus", "exact", 12)
    assert set(status.details["attributes"]) == {one.path for one in get_source(PRODUCTS).attributes}


def test_wrong_rows_in_the_cluster_are_found_and_repaired(goods):
    space = current_space(PRODUCTS)
    index = index_of(space)
    collection = index._engine.answering()
    page = next(collection.entities(index._mine, ["shop"]))
    collection.remove([page[0]["id"], page[1]["id"]])
    assert not verify(get_source(PRODUCTS)).equal

    assert verify(get_source(PRODUCTS), repair=True).repaired

    assert verify(get_source(PRODUCTS)).equal
