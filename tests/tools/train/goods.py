"""A small shop on disk: pictures of mosaics, and photos of them, as `photos_train.csv` lists them."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.drawing import draw_mosaic


def write_goods(folder: Path, photos: list[tuple[str, int]]) -> None:
    """Write a shop picture for each sku, in the order of the alphabet, and so many photos of it."""
    skus = sorted({sku for sku, _ in photos})
    named = [(sku, number) for sku, count in photos for number in range(count)]
    _write(folder, "catalog.csv", "image", [(f"{sku}.png", sku) for sku in skus])
    _write(folder, "photos_train.csv", "photo", [(f"{sku}-{number}.png", sku) for sku, number in named])


def _write(folder: Path, name: str, column: str, rows: list[tuple[str, str]]) -> None:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([column, "sku"])
        lines.writerows(rows)
    for place, (picture, _) in enumerate(rows):
        (folder / picture).write_bytes(draw_mosaic(place))
