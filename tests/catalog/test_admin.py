"""The catalogue in the admin."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["product/", "product/add/", "category/", "category/add/"])
def test_page_opens(admin_client, make_product, page):
    make_product("A1", "red")

    assert admin_client.get(f"/admin/catalog/{page}").status_code == 200


def test_products_can_be_reindexed(admin_client, make_product):
    make_product("A1", "red")

    assert "Reindex selected" in admin_client.get("/admin/catalog/product/").text
