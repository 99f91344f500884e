"""Runs a graph with OpenVINO: torch is not needed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

from visualsearch.embedders.engines.base import Engine, Number
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.graph import (
    PIXELS,
    Activation,
    Add,
    Array,
    ChannelSum,
    Concat,
    Convolution,
    Graph,
    Linear,
    MaxPool,
    Mean,
    Operation,
    Resize,
)
from visualsearch.embedders.ranges import Range

Steps = Sequence[tuple[str, Operation]]

_ROWS_AND_COLUMNS = np.array([2, 3])


class OpenVinoEngine(Engine):
    """Computes with `threads` threads of OpenVINO's own."""

    def __init__(self, graph: Graph, number: Number, *, threads: int) -> None:
        self._requests = []
        for model, precision in _models(graph, number):
            options = {
                # Said outright: by itself it takes bfloat16 wherever the processor has any.
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": threads,
                "PERFORMANCE_HINT": "LATENCY",
            }
            self._requests.append(openvino.Core().compile_model(model, "CPU", options).create_infer_request())

    def run(self, pixels: Pixels) -> tuple[Array, ...]:
        values: list[Any] = [pixels]
        for request in self._requests:
            values = list(request.infer(values).values())
        # They lie in memory that the next pass writes to.
        return tuple(each.copy() for each in values)


def _models(graph: Graph, number: Number) -> Iterator[tuple[openvino.Model, str]]:
    """Yield the models that run one after the other, and what each computes with.

    A model computes with one kind of floating point alone, so that what is to be float32 is a model by itself.
    """
    integers, steps = number is Number.INT8, list(graph.operations.items())
    given = ops.parameter([-1, graph.side, graph.side, 3], np.uint8, name="pixels")
    scaled = ops.subtract(ops.convert(given, np.float32), ops.constant(graph.pixel_mean))
    values = {PIXELS: ops.transpose(scaled, np.array([0, 3, 1, 2]))}
    if number is Number.BFLOAT16 and graph.float32_until:
        count, until = graph.delicate, graph.float32_until
        first = _model(given, values, steps[:count], (until,), integers=False)
        yield first, "f32"
        given, steps = ops.parameter(first.output(0).partial_shape, np.float32, name=until), steps[count:]
        values = {until: given}
    yield (
        _model(given, values, steps, graph.outputs, integers=integers),
        "bf16" if number is Number.BFLOAT16 else "f32",
    )


def _model(
    given: Any, values: dict[str, Any], steps: Steps, outputs: tuple[str, ...], *, integers: bool
) -> openvino.Model:
    """Return the model of these operations; with `integers`, convolutions with a range multiply 8-bit integers."""
    values = dict(values)
    for name, step in steps:
        taken = [values[each] for each in step.inputs]
        if isinstance(step, Convolution) and integers and step.range:
            values[name] = _convolve_integers(step, step.range, *taken)
        else:
            values[name] = _BUILDERS[type(step)](step, *taken)
    return openvino.Model([values[name] for name in outputs], [given], "network")


def _convolve(step: Convolution, map_: Any, weight: Any = None) -> Any:
    weight = ops.constant(_weight_of(step)) if weight is None else weight
    convolve = ops.convolution if step.groups == 1 else ops.group_convolution
    before, after = ([side] * 2 for side in step.padding)
    product = convolve(map_, weight, [step.stride] * 2, before, after, [1, 1])
    return _activate(ops.add(product, ops.constant(step.bias.reshape(1, -1, 1, 1))), step.activation)


def _convolve_integers(step: Convolution, range_: Range, map_: Any) -> Any:
    """Convolve 8-bit integers: of the values between the ends that were measured, and of each channel's own weights.

    Source: https://arxiv.org/abs/1806.08342. OpenVINO puts integers where it finds values rounded like this.
    """
    weight = _weight_of(step)
    inner = tuple(range(weight.ndim - 3, weight.ndim))
    most = np.maximum(np.abs(weight).max(axis=inner, keepdims=True), np.float32(1e-12))
    low, high = _with_zero(range_)
    return _convolve(step, _round(map_, low, high, levels=256), _round(ops.constant(weight), -most, most, levels=255))


def _weight_of(step: Convolution) -> Array:
    """Return the weight; of groups, with an axis of them before the others."""
    out, *inner = step.weight.shape
    return step.weight if step.groups == 1 else step.weight.reshape(step.groups, out // step.groups, *inner)


def _with_zero(range_: Range) -> tuple[np.float32, np.float32]:
    """Return the ends moved by less than a level, so that 0, which padding adds, is a level."""
    low, high = range_
    if low == 0:
        return np.float32(0), np.float32(high)
    level = (high - low) / 255
    below = round(-low / level)
    return np.float32(-below * level), np.float32((255 - below) * level)


def _round(values: Any, low: Any, high: Any, *, levels: int) -> Any:
    return ops.fake_quantize(values, low, high, low, high, levels)


def _activate(values: Any, activation: Activation) -> Any:
    return _ACTIVATIONS[activation](values)


def _max_pool(step: MaxPool, map_: Any) -> Any:
    return ops.max_pool(map_, [2, 2], [1, 1], [1, 1], [1, 1], [3, 3]).output(0)


def _linear(step: Linear, vectors: Any) -> Any:
    return ops.add(ops.matmul(vectors, ops.constant(step.weight), False, True), ops.constant(step.bias))


def _resize(step: Resize, map_: Any, like: Any) -> Any:
    rows_and_columns = ops.gather(ops.shape_of(like), _ROWS_AND_COLUMNS, np.array(0))
    return ops.interpolate(
        map_, rows_and_columns, "nearest", "sizes", coordinate_transformation_mode="asymmetric",
        nearest_mode="floor", axes=_ROWS_AND_COLUMNS,
    )  # fmt: skip


_ACTIVATIONS: Mapping[Activation, Callable[[Any], Any]] = {
    Activation.NONE: lambda values: values,
    Activation.RELU: ops.relu,
    Activation.RELU6: lambda values: ops.clamp(values, 0, 6),
    Activation.SIGMOID: ops.sigmoid,
}

_BUILDERS: Mapping[type[Operation], Callable[..., Any]] = {
    Convolution: _convolve,
    Add: lambda step, one, other: _activate(ops.add(one, other), step.activation),
    MaxPool: _max_pool,
    Mean: lambda step, map_: ops.reduce_mean(map_, _ROWS_AND_COLUMNS),
    ChannelSum: lambda step, map_: ops.reduce_sum(map_, np.array([1]), keep_dims=True),
    Resize: _resize,
    Concat: lambda step, *parts: ops.concat(list(parts), 1),
    Linear: _linear,
}
