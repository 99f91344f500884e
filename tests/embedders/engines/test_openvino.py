from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.embedders.engines.contract import NARROW, PIXELS, Build, EngineContract, cosines
from tests.embedders.engines.reference import compute, make_graph
from tests.embedders.networks import arrays, ranges_of, scaled
from tests.embedders.networks import build as build_torchvision
from visualsearch.embedders.engines import Number
from visualsearch.embedders.engines.processor import int8_is_faster
from visualsearch.embedders.graph import Graph
from visualsearch.embedders.ranges import Range
from visualsearch.embedders.residual import build_residual

pytest.importorskip("torch")
openvino = pytest.importorskip("openvino")

from visualsearch.embedders.engines.openvino import OpenVinoEngine  # noqa: E402 - only where it is installed


@pytest.fixture(params=list(Number))
def build(request: pytest.FixtureRequest) -> Build:
    return lambda graph: OpenVinoEngine(graph, request.param, threads=1)


class TestOpenVinoEngine(EngineContract):
    pass


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Return a network of chance with the ranges that the test's pixels have in it."""
    known = build_torchvision(width=8)
    ranges = {key: (0.0, highest) for key, highest in ranges_of(known, scaled(PIXELS)).items()}
    return build_residual(NARROW, arrays(known.state_dict()), ranges)


def features_in(number: Number, graph: Graph, pixels: np.ndarray = PIXELS) -> np.ndarray:
    return OpenVinoEngine(graph, number, threads=1).run(pixels)[0]


def with_range(graph: Graph, name: str, range_: Range | None) -> Graph:
    changed = replace(graph.convolutions[name], range=range_)
    return replace(graph, operations={**graph.operations, name: changed})


def test_integers_give_nearly_the_vectors_of_float32(graph: Graph) -> None:
    exact, found = (features_in(number, graph) for number in (Number.FLOAT32, Number.INT8))

    assert (found != exact).any(), "It did compute with rounded values."
    assert (cosines(found, exact) > 0.999).all()


def test_values_above_the_range_are_cut_off(graph: Graph) -> None:
    changed = with_range(graph, "layer4.1.conv2", (0, 1e-6))

    assert not (cosines(features_in(Number.INT8, changed), features_in(Number.INT8, graph)) > 0.999).any()
    np.testing.assert_array_equal(features_in(Number.FLOAT32, changed), features_in(Number.FLOAT32, graph))


@pytest.mark.parametrize("seed", range(6))
def test_values_below_0_and_padding_are_kept_by_a_range_of_both(seed: int) -> None:
    graph = make_graph(seed)
    names = [name for name in graph.convolutions if name != "step0"]
    pixels = np.random.default_rng(3).integers(0, 256, (5, graph.side, graph.side, 3), dtype=np.uint8)
    for name in names:
        (values,) = compute(replace(graph, outputs=graph.convolutions[name].inputs), pixels)
        # An odd lower end, so that no level is 0 by itself.
        graph = with_range(graph, name, (min(values.min(), 0.0) * 1.003, max(values.max(), 0.1)))

    exact, found = (features_in(number, graph, pixels) for number in (Number.FLOAT32, Number.INT8))

    assert (found != exact).any()
    assert (cosines(found, exact) > 0.995).all()


@pytest.mark.skipif(not int8_is_faster(), reason="needs a processor with AVX2")
def test_convolutions_of_blocks_are_computed_in_integers(graph: Graph) -> None:
    kinds = _precisions(OpenVinoEngine(graph, Number.INT8, threads=1)._requests[0])

    assert len(kinds) == 20, "Of this network the first, sixteen of the blocks, three shortcuts."
    # Which of them a processor computes so is the library's business.
    assert sum(kind in ("u8", "i8") for kind in kinds) > 10


def test_what_is_delicate_is_computed_in_float32_whatever_the_rest_is(graph: Graph) -> None:
    delicate = replace(graph, float32_until="layer1.1")

    first, rest = OpenVinoEngine(delicate, Number.BFLOAT16, threads=1)._requests

    assert _precisions(first) == ["f32"] * 5
    assert len(_precisions(rest)) == 15
    assert len(OpenVinoEngine(delicate, Number.FLOAT32, threads=1)._requests) == 1


def _precisions(request: openvino.InferRequest) -> list[str]:
    layers = [operation.get_rt_info() for operation in request.get_compiled_model().get_runtime_model().get_ops()]
    return [layer["runtimePrecision"].value for layer in layers if layer["layerType"].value == "Convolution"]
