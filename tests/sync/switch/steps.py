"""A change of the embedder, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.base import ContentFile

from catalog.models import Product
from tests.goods import POSTERS, PRODUCTS
from visualsearch.models import ServingEmbedder
from visualsearch.sources import get_source
from visualsearch.sync import (
    build,
    finish_building,
    take_over,
    verify,
    want,
)

TINY = "tests.embedders.tiny.TinyEmbedder"
OLD = "thumbnail"


def answering() -> str:
    return ServingEmbedder.read().serving


def change(name: str = TINY) -> None:
    want(name)
    list(finish_building())
    assert answering() == name


def assert_equal() -> None:
    assert verify(get_source(PRODUCTS)).equal
    assert verify(get_source(POSTERS)).equal


def replace(product: Product, picture: bytes) -> None:
    image = product.images.get()
    image.file = ContentFile(picture, name="other.png")
    image.save()


def steps() -> Iterator[object]:
    """Yield after every batch of a change, and after it."""
    want(TINY)
    yield None
    yield from build()
    yield take_over()
