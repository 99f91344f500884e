"""Goods of a shop that runs in other processes."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.drawing import draw_mosaic
from tests.processes import Shop

SAVE = """
import time
from django.core.files.base import ContentFile
from django.db import transaction
with transaction.atomic():
    product = Product.objects.create(sku={sku!r}, title={sku!r})
    ProductImage.objects.create(product=product, file=ContentFile({photo!r}, name="picture.png"))
"""


def write_catalogue(folder: Path, products: int) -> Path:
    """Write a CSV of products with a picture each, M0 and on."""
    folder.mkdir()
    with (folder / "catalogue.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "title", "image"])
        for number in range(products):
            (folder / f"{number}.png").write_bytes(draw_mosaic(number))
            writer.writerow([f"M{number}", f"Mosaic {number}", f"{number}.png"])
    return folder / "catalogue.csv"


def write_queries(folder: Path, products: int) -> Path:
    """Write a CSV that asks for each of these products with its own picture."""
    with (folder / "queries.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["photo", "sku"])
        writer.writerows([f"{number}.png", f"M{number}"] for number in range(products))
    return folder / "queries.csv"


def save_product(shop: Shop, sku: str, photo: bytes, **environment: str) -> float:
    """Save a product in a process of its own; returns the moment at which it was committed."""
    return float(shop.do(SAVE.format(sku=sku, photo=photo) + "print(json.dumps(time.time()))", **environment))
