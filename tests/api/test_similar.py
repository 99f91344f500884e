from __future__ import annotations

import pytest
from django.test import Client

from catalog.models import Product
from tests.drawing import draw
from tests.goods import add_product, sync_now

pytestmark = pytest.mark.django_db


def address(product: Product, more: str = "") -> str:
    return f"/api/v1/products/{product.sku}/similar/?source=catalog.product{more}"


def test_products_like_a_product_leave_it_and_its_variants_out(client: Client) -> None:
    product = add_product(draw("red"), group="cups")
    add_product(draw("red"), group="cups")
    pink = add_product(draw("pink"))
    sync_now()

    answer = client.get(address(product)).json()

    assert answer["product"] == product.sku
    assert [result["product"]["key"] for result in answer["results"]] == [pink.sku]


def test_answer_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    product, pink = add_product(draw("red")), add_product(draw("pink"))
    sync_now()
    first = client.get(address(product))

    again = client.get(address(product), headers={"If-None-Match": first["ETag"]})
    Product.objects.filter(pk=pink.pk).update(is_active=False)
    hidden = client.get(address(product), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert (hidden.status_code, hidden.json()["results"]) == (200, [])
    assert "no-cache" in first["Cache-Control"]


def test_offset_leads_on(client: Client) -> None:
    product, *_ = [add_product(draw(colour)) for colour in ("red", "pink", "orange", "blue")]
    sync_now()
    first = client.get(address(product, "&limit=2")).json()

    second = client.get(address(product, f"&limit=2&offset={first['next_offset']}")).json()

    keys = [result["product"]["key"] for result in first["results"] + second["results"]]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("more", ["&limit=0", "&offset=x", "&limit=x"])
def test_wrong_page_is_told(client: Client, more: str) -> None:
    response = client.get(address(add_product(draw("red")), more))

    assert (response.status_code, response.json()["type"]) == (400, "bad-query")
