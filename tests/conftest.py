"""What tests of the shop and of the plug-in share: drawn pictures and products that have them."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from catalog.models import Product, ProductImage

Draw = Callable[..., bytes]
MakeProduct = Callable[..., Product]


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path: Path) -> None:
    """Keep one test's pictures from another's."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def draw() -> Draw:
    """Return a function that draws a coloured shape on grey and returns the file's bytes."""

    def draw_shape(colour: str = "red", shape: str = "ellipse", *, size: int = 96, file_format: str = "PNG") -> bytes:
        image = Image.new("RGB", (size, size), "lightgrey")
        getattr(ImageDraw.Draw(image), shape)((size // 6, size // 5, size - size // 5, size - size // 6), fill=colour)
        file = io.BytesIO()
        image.save(file, file_format)
        return file.getvalue()

    return draw_shape


@pytest.fixture
def make_product(draw: Draw) -> MakeProduct:
    """Return a function that saves a product with one picture a colour."""

    def make(sku: str = "A1", *colours: str, shape: str = "ellipse", **fields: object) -> Product:
        product = Product.objects.create(sku=sku, **{"title": f"Thing {sku}", **fields})
        for position, colour in enumerate(colours):
            file = ContentFile(draw(colour, shape), name=f"{colour}.png")
            ProductImage.objects.create(product=product, file=file, position=position)
        return product

    return make


@pytest.fixture
def shop_environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a child process that runs a shop of its own, in a folder of its own."""
    ours = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "BROKER_URL", "SECRET_KEY", "PYTEST_CURRENT_TEST")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "VAR_DIR": str(tmp_path / "var"), "DEBUG": "1"}
