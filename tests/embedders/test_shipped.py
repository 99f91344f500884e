from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.drawing import draw_mosaic
from tests.embedders.contract import PICTURES
from visualsearch.embedders import products
from visualsearch.embedders.headers import read_header
from visualsearch.embedders.products import ProductsEmbedder
from visualsearch.embedders.shipped import SHIPPED, Shipped
from visualsearch.embedders.weights import digest_of_weights
from visualsearch.exceptions import EmbedderUnavailable

DIGESTS = {"products-5": "f139f384d3e0", "products-4": "29da74e1899a"}
"""First 12 hex digits of each shipped file: a shop's vectors are made with it, so that it never changes."""

BYTES_MOST = 25_000_000

there = pytest.mark.parametrize("model", [model for model in SHIPPED.values() if model.path.exists()])


@there
def test_a_name_means_the_same_vectors_for_ever(model: Shipped) -> None:
    assert digest_of_weights(model.path)[:12] == DIGESTS[model.name]


@there
def test_the_table_says_what_the_file_says(model: Shipped) -> None:
    metadata = read_header(model.path).metadata

    assert (metadata["name"], metadata["licence"]) == (model.name, model.licence)
    assert ProductsEmbedder(model.name).dimensions == model.dimensions
    assert model.path.stat().st_size <= BYTES_MOST
    assert model.path.with_suffix(".md").exists()


@there
def test_integers_give_nearly_the_vectors_of_float32(model: Shipped, settings: Any) -> None:
    pytest.importorskip("openvino")
    pictures = [Image.open(BytesIO(draw_mosaic(number))).convert("RGB") for number in range(12)]
    vectors = []
    for engine in ("openvino", "openvino-int8"):
        settings.VISUALSEARCH = {"ENGINE": engine}
        embedder = ProductsEmbedder(model.name)
        vectors.append(embedder.embed(pictures))
        assert embedder.engine.name == engine

    assert ((vectors[0] * vectors[1]).sum(axis=1) > 0.999).all()


def test_a_shipped_name_is_the_file_in_the_package(narrow_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tiny(Shipped):
        path = narrow_path

    monkeypatch.setitem(products.SHIPPED, "tiny-1", Tiny(name="tiny-1", dimensions=24, licence="MIT"))
    embedder = ProductsEmbedder("tiny-1")

    assert embedder.fingerprint == ProductsEmbedder(narrow_path).fingerprint
    assert embedder.dimensions == 24
    assert (embedder.embed(PICTURES) == ProductsEmbedder(narrow_path).embed(PICTURES)).all()


def test_a_shipped_file_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shipped, "path", tmp_path / "none.safetensors")
    monkeypatch.setitem(products.SHIPPED, "products-4", Shipped(name="products-4", dimensions=256, licence="MIT"))

    with pytest.raises(EmbedderUnavailable, match="Expected a file of weights at .*none.safetensors"):
        ProductsEmbedder("products-4").prepare()
