"""Colour and material as a shop's filters name them."""

from __future__ import annotations

import pytest

from tools.render.families import FAMILIES, MATERIALS, colour_of, material_of
from tools.render.goods import all_products

PRODUCTS = {product.sku: product for product in all_products()}


@pytest.mark.parametrize(
    ("sku", "colour", "material"),
    [
        ("mug-fjord-speckled-grey", "Grey", "Stoneware"),
        ("mug-tide-cream-and-rust", "Beige", "Stoneware"),
        ("chair-hedda-black", "Black", "Wood"),
        ("chair-cove-blush", "Pink", "Lacquer"),
        ("bottle-aqua-bottle-green", "Green", "Glass"),
        ("rug-coil-natural", "Natural", "Wicker"),
        ("bag-errand-stripes", "White", "Linen"),
    ],
)
def test_look_names_a_colour_and_a_material(sku: str, colour: str, material: str) -> None:
    assert (colour_of(PRODUCTS[sku]), material_of(PRODUCTS[sku])) == (colour, material)


def test_every_product_has_both() -> None:
    for product in PRODUCTS.values():
        assert colour_of(product) in FAMILIES, product.sku
        assert material_of(product) in {*MATERIALS, "Lacquer"}, product.sku
