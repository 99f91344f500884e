"""Runs a network with OpenVINO, whose graph is built from the weights: torch is not needed for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

from visualsearch.embedders.engines.base import Engine, Number
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.network import Array, Block, Convolution, Network, Proposals

_ROWS_AND_COLUMNS = np.array([2, 3])


class OpenVinoEngine(Engine):
    """Computes with `threads` threads of OpenVINO's own."""

    def __init__(self, network: Network, number: Number, *, threads: int) -> None:
        options = {
            # Said outright: by itself it takes bfloat16 wherever the processor has any.
            "INFERENCE_PRECISION_HINT": "bf16" if number is Number.BFLOAT16 else "f32",
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
        }
        compiled = openvino.Core().compile_model(_graph(network, integers=number is Number.INT8), "CPU", options)
        self._request = compiled.create_infer_request()

    def run(self, pixels: Pixels) -> tuple[Array, Array]:
        features, places = self._request.infer([pixels]).values()
        # They lie in memory that the next pass writes to.
        return features.copy(), places.copy()


def _graph(network: Network, *, integers: bool) -> openvino.Model:
    """Return the network; with `integers` its blocks multiply 8-bit integers where ranges are known.

    The first convolution, the head and the proposals are a small part of the time, and stay as they are.
    """
    pixels = ops.parameter([-1, network.side, network.side, 3], np.uint8, name="pixels")
    values = ops.subtract(ops.convert(pixels, np.float32), ops.constant(network.pixel_mean))
    map_ = ops.relu(_convolve(ops.transpose(values, np.array([0, 3, 1, 2])), network.stem))
    pooled = ops.max_pool(map_, [2, 2], [1, 1], [1, 1], [1, 1], [3, 3])
    map_ = pooled.output(0)
    maps = []
    for stage in network.stages:
        for block in stage:
            map_ = _add_block(map_, block, _convolve_integers if integers else _convolve)
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


def _add_block(map_: Any, block: Block, convolve: Callable[[Any, Convolution], Any]) -> Any:
    inner = map_
    for convolution in block.convolutions[:-1]:
        inner = ops.relu(convolve(inner, convolution))
    inner = convolve(inner, block.convolutions[-1])
    return ops.relu(ops.add(inner, convolve(map_, block.shortcut) if block.shortcut else map_))


def _convolve_integers(map_: Any, given: Convolution) -> Any:
    """Convolve 8-bit integers: of 0 to the highest value that was measured, and of each channel's own weights.

    Source: https://arxiv.org/abs/1806.08342. OpenVINO puts integers where it finds values rounded like this.
    """
    if given.highest is None:
        return _convolve(map_, given)
    weight_most = np.maximum(np.abs(given.weight).max(axis=(1, 2, 3), keepdims=True), np.float32(1e-12))
    values = _round(map_, np.float32(0), np.float32(given.highest), levels=256)
    return _convolve(values, given, _round(ops.constant(given.weight), -weight_most, weight_most, levels=255))


def _round(values: Any, low: Any, high: Any, *, levels: int) -> Any:
    return ops.fake_quantize(values, low, high, low, high, levels)


def _convolve(map_: Any, given: Convolution, weight: Any = None) -> Any:
    around = [given.padding, given.padding]
    weight = ops.constant(given.weight) if weight is None else weight
    bias = ops.constant(given.bias.reshape(1, -1, 1, 1))
    return ops.add(ops.convolution(map_, weight, [given.stride] * 2, around, around, [1, 1]), bias)
