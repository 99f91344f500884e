"""From products and photos to the two CSV files beside them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.render.families import colour_of, material_of
from tools.render.goods import Product
from tools.render.words import description_of, price_of, stock_of, title_of

PICTURES = 2
COLUMNS = (
    *("sku", "title", "image", "category", "price", "currency"),
    *("group", "description", "colour", "material", "stock"),
)
PHOTO_COLUMNS = ("photo", "sku", "box")


def picture_name(product: Product, place: int) -> str:
    """Return where a picture of a product lies, beside the catalogue."""
    return f"pictures/{product.sku}-{place + 1}.jpg"


def write_catalogue(folder: Path, goods: Iterable[Product]) -> None:
    """Name every picture that is there, one a row, in the order of the goods."""
    rows: list[dict[str, Any]] = []
    for product in goods:
        names = [picture_name(product, place) for place in range(9)]
        rows += [_row(product, name) for name in names if (folder / name).exists()]
    write_csv(folder / "catalog.csv", COLUMNS, rows)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows under a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _row(product: Product, image: str) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "title": title_of(product),
        "image": image,
        "category": product.design.kind.category,
        "price": price_of(product),
        "currency": "EUR",
        "group": product.design.group,
        "description": description_of(product),
        "colour": colour_of(product),
        "material": material_of(product),
        "stock": stock_of(product),
    }
