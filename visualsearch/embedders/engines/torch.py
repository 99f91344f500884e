"""Runs a graph with torch: channels last, in inference mode, in float32 or bfloat16."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch.nn import functional

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

Step = Callable[..., torch.Tensor]
"""From what an operation takes to its result."""


class TorchEngine(Engine):
    """Computes with `threads` threads, which is a setting of the whole process."""

    def __init__(self, graph: Graph, number: Number, *, threads: int) -> None:
        torch.set_num_threads(threads)
        self._type = torch.bfloat16 if number is Number.BFLOAT16 else torch.float32
        self._graph, self._mean = graph, torch.from_numpy(graph.pixel_mean)
        self._steps = {
            name: _STEPS[type(step)](step, torch.float32 if place < graph.delicate else self._type)
            for place, (name, step) in enumerate(graph.operations.items())
        }
        users = {given: name for name, step in graph.operations.items() for given in step.inputs}
        self._used_up = {name: [given for given, last in users.items() if last == name] for name in users.values()}

    def run(self, pixels: Pixels) -> tuple[Array, ...]:
        with torch.inference_mode():
            # Rows of pixels lie channels last already, which is the layout that convolutions like best.
            values = {PIXELS: (torch.from_numpy(pixels) - self._mean).permute(0, 3, 1, 2)}
            for name, operation in self._graph.operations.items():
                values[name] = self._steps[name](*(values[given] for given in operation.inputs))
                for given in self._used_up.get(name, ()):
                    # What nothing takes any more makes room.
                    if given not in self._graph.outputs:
                        del values[given]
            return tuple(values[name].float().numpy() for name in self._graph.outputs)


def _convolution(step: Convolution, kind: torch.dtype) -> Step:
    weight = torch.from_numpy(step.weight).to(kind).contiguous(memory_format=torch.channels_last)
    bias, activate, (before, after) = torch.from_numpy(step.bias).to(kind), _ACTIVATIONS[step.activation], step.padding

    def convolve(map_: torch.Tensor) -> torch.Tensor:
        if before != after:
            map_ = functional.pad(map_, (before, after, before, after))
        padding = before if before == after else 0
        return activate(functional.conv2d(map_.to(kind), weight, bias, step.stride, padding, groups=step.groups))

    return convolve


def _linear(step: Linear, kind: torch.dtype) -> Step:
    weight, bias = torch.from_numpy(step.weight), torch.from_numpy(step.bias)
    return lambda vectors: functional.linear(vectors, weight, bias)


def _add(step: Add, kind: torch.dtype) -> Step:
    activate = _ACTIVATIONS[step.activation]
    return lambda one, other: activate(one + other)


_ACTIVATIONS: Mapping[Activation, Step] = {
    Activation.NONE: lambda values: values,
    Activation.RELU: torch.relu_,
    Activation.RELU6: lambda values: values.clamp_(0, 6),
    Activation.SIGMOID: torch.sigmoid_,
}

# Sums over many numbers are in float32 whatever the network multiplies.
_STEPS: Mapping[type[Operation], Callable[..., Step]] = {
    Convolution: _convolution,
    Add: _add,
    MaxPool: lambda step, kind: lambda map_: functional.max_pool2d(map_, kernel_size=3, stride=2, padding=1),
    Mean: lambda step, kind: lambda map_: map_.mean((2, 3), dtype=torch.float32),
    ChannelSum: lambda step, kind: lambda map_: map_.sum(1, keepdim=True, dtype=torch.float32),
    Resize: lambda step, kind: lambda map_, like: functional.interpolate(map_, like.shape[2:]),
    Concat: lambda step, kind: lambda *parts: torch.cat(parts, 1),
    Linear: _linear,
}
