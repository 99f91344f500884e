"""What every test starts with: no index and no media but its own; and what tests of the shop share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from PIL import Image

from catalog.models import Product, ProductImage
from tests.drawing import draw
from tests.postgres import OwnServer, own_database, pgvector_server
from visualsearch import VisualSource, once, receivers, register
from visualsearch.embedders import Embedder
from visualsearch.embedders.base import Look
from visualsearch.sources import get_source, registry

_SIGNALS = (pre_save, post_save, pre_delete, post_delete, m2m_changed)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    """Begin without an index and without media: rows and files of another test must not be in this one's."""
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DIRECTORY": tmp_path / "indexes"}
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _nothing_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what other tests have logged a moment ago."""
    monkeypatch.setattr(once, "_logged", {})


@pytest.fixture
def make_product() -> Callable[..., Product]:
    """Return a function that saves a product with one picture a colour."""

    def make(sku: str = "A1", *colours: str, shape: str = "ellipse", **fields: Any) -> Product:
        product = Product.objects.create(sku=sku, **{"title": f"Thing {sku}", **fields})
        for position, colour in enumerate(colours):
            file = ContentFile(draw(colour, shape), name=f"{colour}.png")
            ProductImage.objects.create(product=product, file=file, position=position)
        return product

    return make


@pytest.fixture
def register_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., VisualSource]]:
    """Return a function that registers a model with attributes of a source, which is heard of until the test ends."""
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))
    kept = [list(signal.receivers) for signal in _SIGNALS]

    def add(model: type[Model], **attributes: Any) -> VisualSource:
        pictures = {} if "get_pictures" in attributes else {"picture_fields": ("picture",)}
        register(model)(type(f"{model.__name__}Source", (VisualSource,), {**pictures, **attributes}))
        receivers.connect()
        return get_source(attributes.get("name", model._meta.label_lower))

    yield add
    for signal, before in zip(_SIGNALS, kept, strict=True):
        signal.receivers = before
        signal.sender_receivers_cache.clear()


@pytest.fixture
def shop_environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a child process that runs a shop of its own, in a folder of its own."""
    ours = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "BROKER_URL", "SECRET_KEY", "PYTEST_CURRENT_TEST")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "VAR_DIR": str(tmp_path / "var"), "DEBUG": "1"}


@pytest.fixture(scope="session")
def pgvector() -> Iterator[tuple[str, OwnServer | None]]:
    """Return the address of an empty database where pgvector can be had, and its server where tests may stop it."""
    with pgvector_server() as (server, own), own_database(server) as database:
        yield database, own


@pytest.fixture
def learnt_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the embedder of the tests say that the thing is in the right half of every photo."""

    def look(self: Embedder, images: Sequence[Image.Image]) -> list[Look]:
        half = np.array([[0.9, 0.5, 0.0, 1.0, 1.0]], np.float32)
        return [Look(vector, regions=half) for vector in self.embed(images)]

    monkeypatch.setattr(Embedder, "look", look)
