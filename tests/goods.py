"""Goods that tests put into the shop, and what they do with them."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.core.files.base import ContentFile

from catalog.models import Product, ProductImage
from tests.drawing import draw
from tests.gallery.models import Poster
from visualsearch.search import PhotoQuery, find_similar
from visualsearch.sync import SyncReport, sync_outstanding

_numbers = count(1)
PRODUCTS = "catalog.product"
POSTERS = "gallery.poster"


def add_product(*pictures: bytes, **fields: Any) -> Product:
    """Save a product with these pictures."""
    sku = fields.pop("sku", None) or f"T{next(_numbers)}"
    product = Product.objects.create(sku=sku, title=fields.pop("title", sku), **fields)
    for position, picture in enumerate(pictures):
        add_picture(product, picture, position=position)
    return product


def add_picture(product: Product, picture: bytes, *, position: int = 0) -> ProductImage:
    """Save one more picture of a product."""
    file = ContentFile(picture, name="picture.png")
    return ProductImage.objects.create(product=product, file=file, position=position)


def add_poster(picture: bytes | None = None, **fields: Any) -> Poster:
    """Save a poster."""
    file = ContentFile(draw() if picture is None else picture, name="poster.png")
    return Poster.objects.create(name=fields.pop("name", "poster"), picture=file, **fields)


def sync_now() -> SyncReport:
    """Do all work that is due."""
    return sum(sync_outstanding(), SyncReport())


def found(photo: bytes, source: str = PRODUCTS, **query: Any) -> list[str]:
    """Return the keys that a photo finds, best first."""
    return [result.key for result in find_similar(PhotoQuery(photo=photo, source=source, **query))]
