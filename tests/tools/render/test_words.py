"""What the shop says of its goods."""

from __future__ import annotations

from tools.render.goods import all_products
from tools.render.words import description_of, price_of, stock_of

PRODUCTS = {product.sku: product for product in all_products()}


def test_material_is_described_as_its_department_means_it() -> None:
    assert "dishwasher" in description_of(PRODUCTS["mug-luna-petrol"])
    assert "dishwasher" not in description_of(PRODUCTS["table-lamp-gourd-mustard"])


def test_dear_materials_cost_more_than_others_of_one_design() -> None:
    assert float(price_of(PRODUCTS["table-tulip-walnut"])) > float(price_of(PRODUCTS["table-tulip-white"]))


def test_some_are_sold_out_and_most_are_there() -> None:
    sold_out = sum(stock_of(product) == 0 for product in PRODUCTS.values())

    assert 0 < sold_out < len(PRODUCTS) / 5
