from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visualsearch.embedders import Embedder, label_of, load_embedder, normalise_name
from visualsearch.embedders.timm import TimmEmbedder
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions
from visualsearch.vectors import Vectors, normalise

TIMM = '{"BACKEND": "timm", "OPTIONS": {"model": "resnet18.a1_in1k"}}'


class SmallEmbedder(Embedder):
    """A shop's own class that takes an option."""

    name = "small"

    def __init__(self, *, side: int = 2) -> None:
        self.side = side
        self.dimensions = 3 * side**2

    @property
    def fingerprint(self) -> str:
        return f"small-{self.dimensions}"

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        rows = [np.asarray(image.resize((self.side,) * 2), dtype=np.float32).ravel() + 1 for image in images]
        return normalise(np.stack(rows))


OWN = f"{__name__}.SmallEmbedder"


def test_a_class_of_the_shops_gets_its_options_as_arguments() -> None:
    embedder = load_embedder(f'{{"BACKEND": "{OWN}", "OPTIONS": {{"side": 4}}}}')

    assert isinstance(embedder, SmallEmbedder)
    assert embedder.dimensions == 48
    assert embedder.name == "small"
    assert load_embedder(OWN).dimensions == 12


def test_json_in_any_order_is_the_same_embedder() -> None:
    other = '{"OPTIONS":{"model":"resnet18.a1_in1k"},"BACKEND":"timm"}'

    assert normalise_name(other) == TIMM
    assert load_embedder(other) is load_embedder(TIMM)
    assert isinstance(load_embedder(TIMM), TimmEmbedder)


def test_a_named_entry_is_what_it_says_at_the_moment(settings: Any) -> None:
    settings.VISUALSEARCH = {"EMBEDDERS": {"mine": {"BACKEND": OWN, "OPTIONS": {"side": 3}}}}
    first = load_embedder("mine")
    settings.VISUALSEARCH = {"EMBEDDERS": {"mine": {"BACKEND": OWN, "OPTIONS": {"side": 5}}}}

    assert load_embedder("mine").fingerprint != first.fingerprint
    assert load_embedder("mine") is load_embedder("mine")


def test_a_named_entry_is_known_by_its_name(settings: Any) -> None:
    settings.VISUALSEARCH = {"EMBEDDERS": {"fast": {"BACKEND": "timm", "OPTIONS": {"model": "test_resnet"}}}}

    assert load_embedder("fast").name == "fast"
    with pytest.raises(EmbedderUnavailable, match=r"There is no embedder 'slow'\. Write one of .*, fast,"):
        load_embedder("slow")


def test_an_entry_may_be_longer_than_the_database_keeps_and_json_may_not(settings: Any) -> None:
    long = {"BACKEND": "timm", "OPTIONS": {"model": "local-dir:/" + "x" * 500}}
    settings.VISUALSEARCH = {"EMBEDDERS": {"far": long}}

    assert load_embedder("far").name == "far"
    with pytest.raises(EmbedderUnavailable, match=r"more than 500: give it a name in VISUALSEARCH\['EMBEDDERS'\]"):
        load_embedder(str(long).replace("'", '"'))


@pytest.mark.parametrize("text", ["{", '{"BACKEND": 5}', '{"BACKEND": "timm", "MODEL": "x"}'])
def test_json_of_another_shape_is_told(text: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="cannot be used: expected"):
        load_embedder(text)


@pytest.mark.parametrize("backend", ["resnet50", "thumbnail", "nothing"])
def test_a_name_that_takes_no_options_is_told_the_backends(backend: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=rf"no backend '{backend}' that takes OPTIONS\. Write one of onnx, "):
        load_embedder(f'{{"BACKEND": "{backend}", "OPTIONS": {{"side": 4}}}}')


def test_unknown_options_of_a_class_are_told_the_known_ones() -> None:
    with pytest.raises(InvalidOptions, match=r"has no option 'size'\. Its options: side\."):
        load_embedder(f'{{"BACKEND": "{OWN}", "OPTIONS": {{"size": 4}}}}')


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("products-4", "products-4"),
        ("weights/mine.onnx", "weights/mine.onnx"),
        (TIMM, "timm resnet18.a1_in1k"),
        (
            '{"BACKEND": "open_clip", "OPTIONS": {"model": "ViT-B-16-SigLIP2", "pretrained": "webli"}}',
            "open_clip ViT-B-16-SigLIP2 webli",
        ),
        ('{"BACKEND": "onnx", "OPTIONS": {"path": "a.onnx", "fit": "crop"}}', "onnx a.onnx"),
        ("{torn", "{torn"),
    ],
)
def test_people_read_a_label(name: str, label: str) -> None:
    assert label_of(name) == label
