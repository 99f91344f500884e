"""The shop's goods: designs by department, each in several looks."""

from __future__ import annotations

from tools.render.goods import kitchen, lights, places, soft, storing, tables, trifles, wall
from tools.render.goods.design import Design, Kind, Product

__all__ = ["Design", "Kind", "Product", "all_products"]


def all_products() -> list[Product]:
    """Return every product, variants of a design side by side."""
    departments = (kitchen, lights, places, tables, storing, soft, trifles, wall)
    return [
        Product(design=design, look=look)
        for department in departments
        for design in department.DESIGNS
        for look in design.looks
    ]
