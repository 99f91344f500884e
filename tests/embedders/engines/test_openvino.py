from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.embedders.engines.contract import NARROW, PIXELS, SIDE, Build, EngineContract, cosines
from tests.embedders.networks import build as build_torchvision
from tests.embedders.networks import ranges_of, scaled
from visualsearch.embedders.engines import Number
from visualsearch.embedders.engines.processor import int8_is_faster
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.network import Network, fold
from visualsearch.embedders.recipes import Recipe

pytest.importorskip("torch")
pytest.importorskip("openvino")

from visualsearch.embedders.engines.openvino import OpenVinoEngine


@pytest.fixture(params=list(Number))
def build(request: pytest.FixtureRequest) -> Build:
    return lambda network: OpenVinoEngine(network, request.param, threads=1)


class TestOpenVinoEngine(EngineContract):
    pass


@pytest.fixture(scope="module")
def network() -> Network:
    """Return a network of chance with the ranges that the test's pixels have in it."""
    known = build_torchvision(width=8)
    weights = {key: value.numpy() for key, value in known.state_dict().items()}
    return fold(weights, Recipe(architecture=NARROW, fit=Fit(SIDE)), ranges_of(known, scaled(PIXELS)))


def features_in(number: Number, network: Network) -> np.ndarray:
    return OpenVinoEngine(network, number, threads=1).run(PIXELS)[0]


def test_integers_give_nearly_the_vectors_of_float32(network: Network) -> None:
    exact, found = (features_in(number, network) for number in (Number.FLOAT32, Number.INT8))

    assert (found != exact).any(), "It did compute with rounded values."
    assert (cosines(found, exact) > 0.999).all()


def test_values_above_the_range_are_cut_off(network: Network) -> None:
    block = network.stages[-1][-1]
    cut = replace(block.convolutions[-1], highest=1e-6)
    stage = (network.stages[-1][0], replace(block, convolutions=(block.convolutions[0], cut)))
    changed = replace(network, stages=(*network.stages[:-1], stage))

    assert not (cosines(features_in(Number.INT8, changed), features_in(Number.INT8, network)) > 0.999).any()
    np.testing.assert_array_equal(features_in(Number.FLOAT32, changed), features_in(Number.FLOAT32, network))


@pytest.mark.skipif(not int8_is_faster(), reason="needs a processor with AVX2")
def test_convolutions_of_blocks_are_computed_in_integers(network: Network) -> None:
    engine = OpenVinoEngine(network, Number.INT8, threads=1)
    computed = engine._request.get_compiled_model().get_runtime_model()

    layers = [operation.get_rt_info() for operation in computed.get_ops()]
    kinds = [layer["runtimePrecision"].value for layer in layers if layer["layerType"].value == "Convolution"]

    assert len(kinds) == 20, "Of this network the first, sixteen of the blocks, three shortcuts."
    # Which of them a processor computes so is the library's business.
    assert sum(kind in ("u8", "i8") for kind in kinds) > 10
