"""From a product to its objects."""

from __future__ import annotations

from tools.render.goods import Product
from tools.render.kinds import BUILDERS
from tools.render.maker import Maker


def build(product: Product) -> Maker:
    """Make a product's objects in the current scene."""
    make = Maker(product.finishes, product.seed)
    BUILDERS[product.design.shape](make, **product.design.measures)
    return make
