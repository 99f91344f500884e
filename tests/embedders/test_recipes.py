from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.embedders.networks import build, save_safetensors, torchvision_models, with_head
from visualsearch.embedders import recipes
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.headers import Header
from visualsearch.embedders.recipes import Details, recipe_of
from visualsearch.exceptions import EmbedderUnavailable, InvalidVector

torch = pytest.importorskip("torch")


def shapes_of(name: str) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        state = getattr(torchvision_models(), name)(weights=None).state_dict()
    return {key: tuple(value.shape) for key, value in state.items()}


def recipe_with(monkeypatch: pytest.MonkeyPatch, shapes: Any, **metadata: str) -> recipes.Recipe:
    monkeypatch.setattr(recipes, "read_header", lambda path: Header(shapes, metadata))
    return recipe_of(Path("any"))


NARROW = {key: tuple(value.shape) for key, value in with_head(build(width=48).state_dict(), 256).items()}


@pytest.mark.parametrize("name", ["resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "mobilenet_v2"])
def test_weights_of_another_network_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbedderUnavailable, match="to hold the weights of a ResNet-18, of any width; it holds others"):
        recipe_with(monkeypatch, shapes_of(name))


@pytest.mark.parametrize(("width", "name"), [(64, "resnet18"), (48, "resnet18x48"), (96, "resnet18x96")])
def test_a_width_is_told_from_the_first_convolution(width: int, name: str, tmp_path: Path) -> None:
    save_safetensors(build(width=width).state_dict(), path := tmp_path / "weights.safetensors")

    recipe = recipe_of(path)

    assert recipe.architecture == name
    assert recipe.channels == (width, width * 2, width * 4, width * 8)
    assert recipe.dimensions == width * 8
    assert recipe.fit == Fit(224, None)


def test_a_file_says_how_it_is_used(narrow_path: Path) -> None:
    recipe = recipe_of(narrow_path)

    assert recipe.fit == Fit(64, 1.34)
    assert recipe.dimensions == recipe.head == 24
    assert recipe.fingerprint("0123456789ab") == "tiny-1-0123456789ab-fit64-1.34-head-24"


def test_a_head_needs_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_with(monkeypatch, NARROW)

    assert recipe.fingerprint("0123456789ab") == "resnet18x48-0123456789ab-squeeze224-head-256"


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"side": "192.5"}, "its side is '192.5', not a number of pixels from 32 to 1024"),
        ({"side": "8"}, "its side is '8'"),
        ({"stretch": "0.5"}, "its stretch is '0.5', not a number of 1 or more"),
        ({"stretch": "inf"}, "its stretch is 'inf'"),
        ({"details": "256:0.25"}, "its details are '256:0.25', not ROWS:SHARE, fewer rows than a head has"),
        ({"details": "0:0.25"}, "its details are '0:0.25'"),
        ({"details": "64:1.0"}, "its details are '64:1.0'"),
        ({"details": "64:0.0"}, "its details are '64:0.0'"),
        ({"name": "../products"}, "its name is '../products', not at most 40 of a-z, 0-9, dot and hyphen"),
    ],
)
def test_words_that_mean_nothing_are_refused(
    metadata: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EmbedderUnavailable, match=f"Expected any to say how it is used: {problem}"):
        recipe_with(monkeypatch, NARROW, **metadata)


def test_a_file_says_which_rows_are_details(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recipe_with(monkeypatch, NARROW).details is None
    assert recipe_with(monkeypatch, NARROW, details="64:0.25").details == Details(rows=64, share=0.25)


def test_details_without_a_head_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbedderUnavailable, match="its details are '64:0.25'"):
        recipe_with(monkeypatch, shapes_of("resnet18"), details="64:0.25")


def test_details_have_their_share_of_a_cosine_however_long_they_are() -> None:
    features = np.array([[3, 4, 0, 500], [-3, -4, 0, 0.5], [0, 9, 7, 0]], dtype=np.float32)

    vectors = Details(rows=2, share=0.25).weigh(features)

    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors @ vectors[0], [1, -0.5, 0.75 * 0.8], atol=1e-6)


def test_details_of_no_length_are_an_error() -> None:
    with pytest.raises(InvalidVector, match="zero length"):
        Details(rows=1, share=0.5).weigh(np.array([[1, 1, 0]], dtype=np.float32))


@pytest.mark.parametrize("shape", [(256, 384), (256,), (0, 576)])
def test_a_head_of_another_width_is_refused(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"head.weight has the shape .*, not \(dimensions, 576\)"):
        recipe_with(monkeypatch, {**NARROW, "head.weight": shape})
