"""From nothing to a folder of goods that draw themselves: pictures, a catalogue, and photos to search with."""

from __future__ import annotations

import csv
import os
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from catalog.demo.goods.assortment import Article, all_articles
from catalog.demo.goods.flat import FLAT
from catalog.demo.goods.layer import Colour, Layer, Paint
from catalog.demo.goods.patterns import PATTERNS
from catalog.demo.goods.scene import phone_photo, second_picture, shop_picture
from catalog.demo.goods.turned import TURNED
from catalog.feeds.rows import COLUMNS

__all__ = ["draw_goods", "draw_thing"]

VERSION = 2
"""Goods of another version are drawn anew."""

_WALLS: tuple[Colour, ...] = ((242, 240, 236), (236, 238, 240), (243, 238, 230), (238, 236, 240))
_PHOTO_OF_EVERY = 5


def draw_goods(folder: Path, progress: Callable[..., Iterable[Any]] = lambda items, what: items) -> Path:
    """Draw the goods into `folder` unless they are there, and return their catalogue.

    Beside it lies photos.csv, which names photos that a shopper might take, with the right answers.
    """
    goods = folder / f"goods-{VERSION}"
    if not goods.exists():
        unfinished = folder / f".goods-{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            _draw_all(unfinished, progress)
            unfinished.rename(goods)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return goods / "catalog.csv"


def draw_thing(article: Article) -> Image.Image:
    """Return an article without a background."""
    layer = Layer()
    draw = (TURNED | FLAT)[article.design.shape]
    draw(layer, Paint(colour=article.colour, second=article.second, pattern=PATTERNS[article.design.pattern]))
    return layer.as_image()


def _draw_all(folder: Path, progress: Callable[..., Iterable[Any]]) -> None:
    (folder / "pictures").mkdir(parents=True)
    (folder / "photos").mkdir()
    rows: list[dict[str, Any]] = []
    answers: list[dict[str, str]] = []
    for number, article in enumerate(progress(list(all_articles()), "Drawing")):
        thing = draw_thing(article)
        wall = _WALLS[number % len(_WALLS)]
        for name, picture in (("a", shop_picture(thing, wall)), ("b", second_picture(thing, wall))):
            path = f"pictures/{article.sku.lower()}-{name}.jpg"
            picture.save(folder / path, quality=88)
            rows.append(_row(article, path))
        if number % _PHOTO_OF_EVERY == 0:
            path = f"photos/{article.sku.lower()}.jpg"
            phone_photo(thing, random.Random(article.sku)).save(folder / path, quality=80)  # noqa: S311
            answers.append({"photo": path, "sku": article.sku})
    _write(folder / "photos.csv", ("photo", "sku"), answers)
    _write(folder / "catalog.csv", COLUMNS, rows)


def _row(article: Article, path: str) -> dict[str, Any]:
    design = article.design
    return {
        "sku": article.sku,
        "title": article.title,
        "image": path,
        "category": design.category,
        "price": design.price,
        "currency": "EUR",
        "group": design.code,
        "description": design.text,
        "url": "",
        "in_stock": int(article.in_stock),
        "colour": article.colour_name,
        "material": "",
        "stock": article.stock,
    }


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
