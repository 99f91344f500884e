from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.embedders.networks import State, build, with_head
from visualsearch.embedders.architectures import ARCHITECTURES, Architecture
from visualsearch.embedders.network import fold
from visualsearch.embedders.recipes import Recipe

torch = pytest.importorskip("torch")

NARROW = Architecture(name="resnet18x8", blocks=(2, 2, 2, 2), convolutions=2, width=8)


def arrays(state: State) -> dict[str, Any]:
    return {key: value.numpy() for key, value in state.items()}


@pytest.fixture(scope="module")
def weights() -> dict[str, Any]:
    return arrays(with_head(build(width=8).state_dict()))


@pytest.mark.parametrize("architecture", [ARCHITECTURES[0], ARCHITECTURES[2]], ids=lambda known: known.name)
def test_a_classifier_is_left_out(architecture: Architecture) -> None:
    network = fold(arrays(build(architecture.name).state_dict()), Recipe(architecture=architecture))

    assert network.head is None
    assert tuple(len(stage) for stage in network.stages) == architecture.blocks
    assert network.stages[3][-1].convolutions[-1].weight.shape[0] == architecture.channels[3]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"layer2.0.bn1.bias": None}, "layer2.0.bn1.bias is missing"),
        ({"layer4.1.conv3.weight": np.zeros(1)}, "layer4.1.conv3.weight has no place in it"),
        ({"bn1.bias": np.zeros(9, np.float32)}, r"bn1.bias has the shape \(9,\), not \(8,\)"),
        ({"head.bias": np.full(24, np.nan)}, "some numbers of head.bias are NaN or infinite"),
    ],
)
def test_weights_of_another_recipe_are_refused(change: Any, problem: str, weights: dict[str, Any]) -> None:
    changed = {key: value for key, value in {**weights, **change}.items() if value is not None}

    with pytest.raises(ValueError, match=problem):
        fold(changed, Recipe(architecture=NARROW, head=24))


def test_a_convolution_knows_its_range(weights: dict[str, Any]) -> None:
    ranges = {"layer1.0.conv1": 3.5, "layer2.0.downsample.0": 2.0}

    network = fold(weights, Recipe(architecture=NARROW, head=24), ranges)

    assert network.has_ranges
    assert [convolution.highest for convolution in network.stages[0][0].convolutions] == [3.5, None]
    assert network.stages[1][0].shortcut.highest == 2.0
    assert not fold(weights, Recipe(architecture=NARROW, head=24)).has_ranges


def test_ranges_of_another_network_are_refused(weights: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"layer3\.7\.conv1 has no place in it"):
        fold(weights, Recipe(architecture=NARROW, head=24), {"layer3.7.conv1": 1.0})


def test_weights_are_left_as_they_are(weights: dict[str, Any]) -> None:
    before = {key: value.copy() for key, value in weights.items()}

    fold(weights, Recipe(architecture=NARROW, head=24))

    assert all((weights[key] == value).all() for key, value in before.items())
