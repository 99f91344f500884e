from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.embedders.lite import SMALL, build_small
from tests.embedders.networks import State, save_safetensors
from visualsearch.embedders import networks
from visualsearch.embedders.efficientnet_lite import Variant
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.networks import find_network, open_network, open_variant
from visualsearch.embedders.ranges import ranges_path, write_ranges
from visualsearch.embedders.weights import digest_of_weights
from visualsearch.exceptions import EmbedderUnavailable

torch = pytest.importorskip("torch")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Variant:
    """Install a package with the weights of a small network of chance."""
    variant = replace(SMALL, name="efficientnet-lite7")
    models = tmp_path / variant.package / "models"
    models.mkdir(parents=True)
    (models.parent / "__init__.py").write_text("")
    torch.save(build_small().state_dict(), models / variant.file_name, _use_new_zipfile_serialization=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return replace(variant, digest=digest_of_weights(models / variant.file_name))


def test_our_network_says_what_its_file_says(narrow_path: Path) -> None:
    network = open_network(narrow_path)

    assert (network.name, network.dimensions, network.fit) == ("tiny-1", 24, Fit(64, 1.34))
    assert network.digest == digest_of_weights(narrow_path)
    assert network.missing is None
    assert network.proposes
    assert len(network.graph(96).outputs) == 2
    assert network.graph(96).side == 96


def test_our_network_takes_the_ranges_beside_its_weights(narrow_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "narrow.safetensors"
    path.write_bytes(narrow_path.read_bytes())
    write_ranges(ranges_path(path), digest_of_weights(path), {"layer2.0.conv1": (0.0, 2.5)})

    assert open_network(path).graph(64).convolutions["layer2.0.conv1"].range == (0.0, 2.5)


def test_weights_that_change_under_a_running_process_are_refused(state: State, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_safetensors(state, path)
    network = open_network(path)
    save_safetensors({**state, "fc.bias": state["fc.bias"] + 1}, path)
    os.utime(path, (1, 1))

    with pytest.raises(
        EmbedderUnavailable,
        match=r"to have the SHA-256 [0-9a-f]{64}\. Restart this process where you have changed them",
    ):
        network.graph(224)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda state: {**state, "conv1.weight": state["conv1.weight"] * float("nan")}, "conv1.weight are NaN or inf"),
        (lambda state: {key: value for key, value in state.items() if key != "layer2.0.bn1.bias"}, r"2\.0\.bn1\.bias"),
    ],
)
def test_weights_of_another_network_are_told(change: object, problem: str, state: State, tmp_path: Path) -> None:
    save_safetensors(change(state), path := tmp_path / "weights.safetensors")  # type: ignore[operator]

    with pytest.raises(EmbedderUnavailable, match=f"Expected the weights of resnet18 in .*{problem}"):
        open_network(path).graph(224)


def test_a_network_of_a_package_is_read_from_it(small: Variant) -> None:
    network = open_variant(small)

    graph = network.graph(64)

    assert (network.name, network.dimensions, network.fit) == (small.name, 1280, Fit(50))
    assert network.missing is None
    assert not network.proposes
    assert (graph.side, len(graph.outputs)) == (64, 1)


def test_other_weights_in_a_package_are_refused(small: Variant) -> None:
    network = open_variant(replace(small, digest="0" * 64))

    with pytest.raises(EmbedderUnavailable, match=r"to have the SHA-256 0{64}\. .*, install their package anew"):
        network.graph(50)


def test_a_network_of_a_package_takes_its_ranges_from_ours(
    small: Variant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "FOLDER", tmp_path)
    write_ranges(tmp_path / f"{small.name}.ranges.json", small.digest, {"_blocks.1._expand_conv": (-1.0, 2.0)})

    assert open_variant(small).graph(50).convolutions["_blocks.1._expand_conv"].range == (-1.0, 2.0)


def test_a_package_that_is_missing_is_named() -> None:
    network = open_variant(replace(SMALL, name="efficientnet-lite9"))

    assert network.missing == "efficientnet_lite9_pytorch_model"
    assert network.read_ranges() == {}
    with pytest.raises(EmbedderUnavailable, match="Expected the Python package efficientnet_lite9_pytorch_model"):
        network.graph(50)


def test_networks_are_found_by_name() -> None:
    assert [find_network(name).name for name in ("products-4", "efficientnet-lite2")] == [
        "products-4",
        "efficientnet-lite2",
    ]
    with pytest.raises(ValueError, match="there is no network 'resnet50'"):
        find_network("resnet50")


def test_vectors_have_unit_length(narrow_path: Path) -> None:
    features = np.array([[3, 4] * 12], dtype=np.float32)

    for network in (open_network(narrow_path), open_variant(SMALL)):
        assert np.linalg.norm(network.vectors(features)) == pytest.approx(1)
