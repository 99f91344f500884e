from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.embedders.networks import arrays, build, with_head
from visualsearch.embedders.recipes import Recipe
from visualsearch.embedders.residual import build_residual

torch = pytest.importorskip("torch")

NARROW = Recipe(width=8, head=24)


@pytest.fixture(scope="module")
def weights() -> dict[str, Any]:
    return arrays(with_head(build(width=8).state_dict()))


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
        build_residual(NARROW, changed)


def test_a_convolution_knows_its_range(weights: dict[str, Any]) -> None:
    ranges = {"layer1.0.conv1": (0.0, 3.5), "layer2.0.downsample.0": (0.0, 2.0)}

    graph = build_residual(NARROW, weights, ranges)

    assert {key: step.range for key, step in graph.convolutions.items() if step.range} == ranges


def test_ranges_of_another_network_are_refused(weights: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"layer3\.7\.conv1 has no place in it"):
        build_residual(NARROW, weights, {"layer3.7.conv1": (0.0, 1.0)})


def test_weights_are_left_as_they_are(weights: dict[str, Any]) -> None:
    before = {key: value.copy() for key, value in weights.items()}

    build_residual(NARROW, weights)

    assert all((weights[key] == value).all() for key, value in before.items())


def test_the_square_is_the_recipes_or_the_one_that_is_said(weights: dict[str, Any]) -> None:
    assert [build_residual(NARROW, weights, side=side).side for side in (None, 96)] == [224, 96]
