"""Runs a network with OpenVINO, whose graph is built from the weights: torch is not needed for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

from visualsearch.embedders.engines.base import Engine, Pass
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.network import Block, Convolution, Network, Proposals

_ROWS_AND_COLUMNS = np.array([2, 3])


class OpenVinoEngine(Engine):
    """Computes with `threads` threads of OpenVINO's own."""

    def __init__(self, network: Network, *, half: bool, threads: int) -> None:
        options = {
            # Said outright: by itself it takes bfloat16 wherever the processor has any.
            "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
        }
        compiled = openvino.Core().compile_model(_graph(network), "CPU", options)
        self._request = compiled.create_infer_request()

    def run(self, pixels: Pixels) -> Pass:
        features, places = self._request.infer([pixels]).values()
        # They lie in memory that the next pass writes to.
        return Pass(features.copy(), places.copy())


def _graph(network: Network) -> openvino.Model:
    pixels = ops.parameter([-1, network.side, network.side, 3], np.uint8, name="pixels")
    values = ops.subtract(ops.convert(pixels, np.float32), ops.constant(network.pixel_mean))
    map_ = ops.relu(_convolve(ops.transpose(values, np.array([0, 3, 1, 2])), network.stem))
    pooled = ops.max_pool(map_, [2, 2], [1, 1], [1, 1], [1, 1], [3, 3])
    map_ = pooled.output(0)
    maps = []
    for stage in network.stages:
        for block in stage:
            map_ = _add_block(map_, block)
        maps.append(map_)
    return openvino.Model([_features(maps, network), _places(maps[-2:], network.proposals)], [pixels], "network")


def _features(maps: list[Any], network: Network) -> Any:
    third, fourth = (ops.reduce_mean(map_, _ROWS_AND_COLUMNS) for map_ in maps[-2:])
    if network.head is None:
        return fourth
    both = ops.concat([third, fourth], 1)
    product = ops.matmul(both, ops.constant(network.head.weight), False, True)
    return ops.add(product, ops.constant(network.head.bias))


def _places(maps: list[Any], proposals: Proposals | None) -> Any:
    third, fourth = maps
    if proposals is None:
        return ops.reduce_sum(fourth, np.array([1]), keep_dims=True)
    inner, coarse = _convolve(third, proposals.third), _convolve(fourth, proposals.fourth)
    rows_and_columns = ops.gather(ops.shape_of(inner), _ROWS_AND_COLUMNS, np.array(0))
    spread = ops.interpolate(
        coarse, rows_and_columns, "nearest", "sizes", coordinate_transformation_mode="asymmetric",
        nearest_mode="floor", axes=_ROWS_AND_COLUMNS,
    )  # fmt: skip
    return ops.sigmoid(_convolve(ops.relu(ops.add(inner, spread)), proposals.last))


def _add_block(map_: Any, block: Block) -> Any:
    inner = map_
    for convolution in block.convolutions[:-1]:
        inner = ops.relu(_convolve(inner, convolution))
    inner = _convolve(inner, block.convolutions[-1])
    return ops.relu(ops.add(inner, _convolve(map_, block.shortcut) if block.shortcut else map_))


def _convolve(map_: Any, given: Convolution) -> Any:
    around = [given.padding, given.padding]
    weight, bias = ops.constant(given.weight), ops.constant(given.bias.reshape(1, -1, 1, 1))
    return ops.add(ops.convolution(map_, weight, [given.stride] * 2, around, around, [1, 1]), bias)
