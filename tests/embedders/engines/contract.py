"""What every engine must do; a member of the family subclasses it and gives a `build` fixture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.embedders.networks import build as build_torchvision
from tests.embedders.networks import maps_of, proposals, scaled, with_head, with_proposals
from visualsearch.embedders.architectures import ARCHITECTURES, Architecture
from visualsearch.embedders.engines import Engine
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.network import Network, fold
from visualsearch.embedders.recipes import Recipe

torch = pytest.importorskip("torch")

Build = Callable[[Network], Engine]

SIDE = 64
COSINE_LEAST = 0.999
"""Of an engine's vectors to those of float32, so that all of them may fill and ask one index."""

PIXELS = np.random.default_rng(3).integers(0, 256, (5, SIDE, SIDE, 3), dtype=np.uint8)

NARROW = Architecture(name="resnet18x8", blocks=(2, 2, 2, 2), convolutions=2, width=8)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def arrays_without(weights: dict[str, Any], part: str) -> dict[str, Any]:
    return {key: value for key, value in weights.items() if not key.startswith(part)}


class EngineContract:
    @pytest.mark.parametrize("architecture", [ARCHITECTURES[0], ARCHITECTURES[2], NARROW], ids=lambda known: known.name)
    def test_it_computes_what_torchvision_computes(self, build: Build, architecture: Architecture) -> None:
        network = build_torchvision(architecture.name.partition("x")[0], width=architecture.width)
        weights = {key: value.numpy() for key, value in network.state_dict().items()}
        last = maps_of(network, scaled(PIXELS))[1]

        features, places = build(fold(weights, Recipe(architecture=architecture, fit=Fit(SIDE)))).run(PIXELS)

        assert features.dtype == places.dtype == np.float32
        assert places.shape == (5, 1, 2, 2)
        assert (cosines(features, last.mean((2, 3)).numpy()) > COSINE_LEAST).all()
        np.testing.assert_allclose(places[:, 0], last.sum(1).numpy(), rtol=0.05)

    def test_a_head_takes_the_means_of_the_last_two_maps(self, build: Build) -> None:
        network = build_torchvision(width=8)
        state = with_head(network.state_dict())
        means = np.concatenate([map_.mean((2, 3)).numpy() for map_ in maps_of(network, scaled(PIXELS))], axis=1)
        weights = {key: value.numpy() for key, value in state.items()}

        features, _ = build(fold(weights, Recipe(architecture=NARROW, head=24, fit=Fit(SIDE)))).run(PIXELS)

        expected = means @ weights["head.weight"].T + weights["head.bias"]
        assert features.shape == (5, 24)
        assert (cosines(features, expected) > COSINE_LEAST).all()

    def test_proposals_are_made_of_both_maps_at_the_places_of_the_third(self, build: Build) -> None:
        network = build_torchvision(width=8)
        third, fourth = maps_of(network, scaled(PIXELS))
        both = torch.cat([third, fourth.repeat_interleave(2, 2).repeat_interleave(2, 3)], dim=1)
        with torch.inference_mode():
            expected = proposals(both.shape[1])(both)
        weights = {key: value.numpy() for key, value in with_proposals(network.state_dict()).items()}

        features, places = build(fold(weights, Recipe(architecture=NARROW, fit=Fit(SIDE)))).run(PIXELS)

        assert places.dtype == np.float32
        np.testing.assert_allclose(places, expected.numpy(), atol=0.03)
        plain = build(fold(arrays_without(weights, "proposals"), Recipe(architecture=NARROW, fit=Fit(SIDE))))
        np.testing.assert_array_equal(plain.run(PIXELS)[0], features)

    def test_what_it_gave_stays_when_it_runs_again(self, build: Build) -> None:
        weights = {key: value.numpy() for key, value in build_torchvision(width=8).state_dict().items()}
        engine = build(fold(weights, Recipe(architecture=NARROW, fit=Fit(SIDE))))
        first = engine.run(PIXELS[:2])
        features, places = (values.copy() for values in first)

        engine.run(PIXELS[3:])

        np.testing.assert_array_equal(first[0], features)
        np.testing.assert_array_equal(first[1], places)
