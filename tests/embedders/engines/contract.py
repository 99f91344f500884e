"""What every engine must do; a member of the family subclasses it and gives a `build` fixture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.embedders.engines.reference import compute, make_graph, make_other_operations
from tests.embedders.lite import SMALL, build_small, features_of
from tests.embedders.networks import arrays, maps_of, proposals, scaled, with_head, with_proposals
from tests.embedders.networks import build as build_torchvision
from visualsearch.embedders.efficientnet_lite import build_efficientnet_lite
from visualsearch.embedders.engines import Engine
from visualsearch.embedders.fitting import Fit, Pixels
from visualsearch.embedders.graph import Graph
from visualsearch.embedders.recipes import Recipe
from visualsearch.embedders.residual import build_residual

torch = pytest.importorskip("torch")

Build = Callable[[Graph], Engine]

SIDE = 64
COSINE_LEAST = 0.999
"""Of an engine's vectors to those of float32, so that all of them may fill and ask one index."""

NARROW = Recipe(width=8, fit=Fit(SIDE))


def pixels_of(side: int) -> Pixels:
    return np.random.default_rng(3).integers(0, 256, (5, side, side, 3), dtype=np.uint8)


PIXELS = pixels_of(SIDE)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = (each.reshape(len(each), -1) for each in (a, b))
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


class EngineContract:
    @pytest.mark.parametrize(
        "graph",
        [*(make_graph(seed) for seed in range(12)), make_other_operations()],
        ids=[*(f"chain{seed}" for seed in range(12)), "others"],
    )
    def test_it_computes_what_numpy_computes(self, build: Build, graph: Graph) -> None:
        pixels = pixels_of(graph.side)

        for found, expected in zip(build(graph).run(pixels), compute(graph, pixels), strict=True):
            assert found.dtype == np.float32
            assert found.shape == expected.shape
            assert (cosines(found, expected) > COSINE_LEAST).all()

    @pytest.mark.parametrize("width", [64, 8])
    def test_our_network_is_torchvisions(self, build: Build, width: int) -> None:
        network = build_torchvision(width=width)
        last = maps_of(network, scaled(PIXELS))[1]
        recipe = Recipe(width=width, fit=Fit(SIDE))

        features, places = build(build_residual(recipe, arrays(network.state_dict()))).run(PIXELS)

        assert places.shape == (5, 1, 2, 2)
        assert (cosines(features, last.mean((2, 3)).numpy()) > COSINE_LEAST).all()
        np.testing.assert_allclose(places[:, 0], last.sum(1).numpy(), rtol=0.05)

    def test_a_head_takes_the_means_of_the_last_two_maps(self, build: Build) -> None:
        network = build_torchvision(width=8)
        weights = arrays(with_head(network.state_dict()))
        means = np.concatenate([map_.mean((2, 3)).numpy() for map_ in maps_of(network, scaled(PIXELS))], axis=1)

        features, _ = build(build_residual(Recipe(width=8, head=24, fit=Fit(SIDE)), weights)).run(PIXELS)

        expected = means @ weights["head.weight"].T + weights["head.bias"]
        assert features.shape == (5, 24)
        assert (cosines(features, expected) > COSINE_LEAST).all()

    def test_proposals_are_made_of_both_maps_at_the_places_of_the_third(self, build: Build) -> None:
        network = build_torchvision(width=8)
        third, fourth = maps_of(network, scaled(PIXELS))
        both = torch.cat([third, fourth.repeat_interleave(2, 2).repeat_interleave(2, 3)], dim=1)
        with torch.inference_mode():
            expected = proposals(both.shape[1])(both)
        state = network.state_dict()

        features, places = build(build_residual(NARROW, arrays(with_proposals(state)))).run(PIXELS)

        np.testing.assert_allclose(places, expected.numpy(), atol=0.03)
        plain = build(build_residual(NARROW, arrays(state)))
        np.testing.assert_array_equal(plain.run(PIXELS)[0], features)

    def test_efficientnet_lite_is_its_publishers(self, build: Build) -> None:
        reference, pixels = build_small(), pixels_of(SMALL.side)
        graph = build_efficientnet_lite(SMALL, arrays(reference.state_dict()))

        (features,) = build(graph).run(pixels)

        assert features.shape == (5, 1280)
        assert (cosines(features, features_of(reference, pixels)) > COSINE_LEAST).all()

    def test_what_it_gave_stays_when_it_runs_again(self, build: Build) -> None:
        engine = build(build_residual(NARROW, arrays(build_torchvision(width=8).state_dict())))
        first = engine.run(PIXELS[:2])
        kept = [values.copy() for values in first]

        engine.run(PIXELS[3:])

        for values, copy in zip(first, kept, strict=True):
            np.testing.assert_array_equal(values, copy)
