"""Graphs of chance, and what they compute, by NumPy alone and in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.graph import (
    PIXELS,
    Activation,
    Add,
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

Values = NDArray[np.float64]


def compute(graph: Graph, pixels: Pixels) -> list[Values]:
    """Return the outputs of a graph."""
    values: dict[str, Values] = {PIXELS: (pixels.astype(np.float64) - graph.pixel_mean).transpose(0, 3, 1, 2)}
    for name, step in graph.operations.items():
        values[name] = _compute(step, [values[given] for given in step.inputs])
    return [values[name] for name in graph.outputs]


def _compute(step: Operation, given: list[Values]) -> Values:
    match step:
        case Convolution():
            return _activate(_convolve(step, given[0]), step.activation)
        case Add():
            return _activate(given[0] + given[1], step.activation)
        case MaxPool():
            padded = np.pad(given[0], ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
            return _windows(padded, 3, 2).max(axis=(4, 5))
        case Mean():
            return given[0].mean(axis=(2, 3))
        case ChannelSum():
            return given[0].sum(axis=1, keepdims=True)
        case Resize():
            small, large = given[0].shape[2], given[1].shape[2]
            places = np.arange(large) * small // large
            return given[0][:, :, places][:, :, :, places]
        case Concat():
            return np.concatenate(given, axis=1)
        case Linear():
            return given[0] @ step.weight.T + step.bias
    raise AssertionError(f"{step} is unknown.")


def _convolve(step: Convolution, map_: Values) -> Values:
    before, after = step.padding
    padded = np.pad(map_, ((0, 0), (0, 0), (before, after), (before, after)))
    out, inner, kernel, _ = step.weight.shape
    windows = _windows(padded, kernel, step.stride)
    groups = [
        np.einsum("nchwij,ocij->nohw", windows[:, group * inner : (group + 1) * inner], weight)
        for group, weight in enumerate(np.split(step.weight.astype(np.float64), step.groups))
    ]
    return np.concatenate(groups, axis=1) + step.bias.reshape(1, out, 1, 1)


def _windows(map_: Values, kernel: int, stride: int) -> Values:
    windows: Any = np.lib.stride_tricks.sliding_window_view(map_, (kernel, kernel), axis=(2, 3))
    return np.asarray(windows[:, :, ::stride, ::stride])


def _activate(values: Values, activation: Activation) -> Values:
    match activation:
        case Activation.RELU:
            return np.maximum(values, 0)
        case Activation.RELU6:
            return values.clip(0, 6)
        case Activation.SIGMOID:
            return 1 / (1 + np.exp(-values))
    return values


@dataclass
class GraphMaker:
    """Puts a graph of chance together; remembers how many channels and rows each map has."""

    random: np.random.Generator
    side: int = 24
    operations: dict[str, Operation] = field(default_factory=dict)
    maps: dict[str, tuple[int, int]] = field(default_factory=dict)

    def convolve(self, map_: str, **options: Any) -> str:
        """Add a convolution, of which `options` say out, kernel, stride, padding, groups or activation."""
        given, rows = self.maps.get(map_, (3, self.side))
        groups, kernel, stride = (options.get(key, 1) for key in ("groups", "kernel", "stride"))
        out, padding = options.get("out", given), options.get("padding", (kernel // 2, kernel // 2))
        scale = 1 / (50 if map_ == PIXELS else 1) / np.sqrt(given // groups * kernel**2)
        step = Convolution(
            inputs=(map_,),
            weight=self._numbers(out, given // groups, kernel, kernel) * np.float32(scale),
            bias=self._numbers(out),
            stride=stride,
            padding=padding,
            groups=groups,
            activation=options.get("activation", Activation.NONE),
        )
        return self.add(step, out, (rows + sum(padding) - kernel) // stride + 1)

    def add(self, step: Operation, channels: int = 0, rows: int = 0) -> str:
        """Add any operation."""
        name = f"step{len(self.operations)}"
        self.operations[name] = step
        self.maps[name] = (channels, rows)
        return name

    def finish(self, map_: str, *, float32_until: str | None = None) -> Graph:
        """Return the graph with a linear layer over the mean of a map, and with the map itself."""
        mean = self.add(Mean(inputs=(map_,)))
        weight = self._numbers(7, self.maps[map_][0])
        features = self.add(Linear(inputs=(mean,), weight=weight, bias=self._numbers(7)))
        return Graph(
            side=self.side,
            pixel_mean=np.array([120, 110, 130], dtype=np.float32),
            operations=self.operations,
            float32_until=float32_until,
            outputs=(features, map_),
        )

    def _numbers(self, *shape: int) -> NDArray[np.float32]:
        return self.random.normal(size=shape).astype(np.float32)


def make_graph(seed: int) -> Graph:
    """Return a chain of convolutions of chance, some of which end in a sum with what they were given."""
    random = np.random.default_rng(seed)
    maker = GraphMaker(random, side=int(random.integers(16, 33)))
    activations = list(Activation)
    map_ = maker.convolve(PIXELS, out=8, kernel=3, stride=2, padding=(0, 1), activation=Activation.RELU6)
    for _ in range(5):
        kernel, groups = int(random.choice([1, 3, 5])), int(random.choice([1, 2, maker.maps[map_][0]]))
        around = (kernel // 2, kernel // 2)
        activation = activations[random.integers(len(activations))]
        inner = maker.convolve(map_, kernel=kernel, groups=groups, padding=around, activation=activation)
        if random.random() < 0.5:
            map_ = maker.add(Add(inputs=(map_, inner), activation=activations[random.integers(2)]), *maker.maps[map_])
        else:
            uneven = (int(random.integers(2)), 1)
            map_ = maker.convolve(inner, out=int(random.choice([8, 12])), kernel=3, padding=uneven)
    return maker.finish(map_, float32_until=random.choice([None, "step0"]))


def make_other_operations() -> Graph:
    """Return a graph of all operations that a chain of convolutions does not have."""
    maker = GraphMaker(np.random.default_rng(5), side=30)
    first = maker.convolve(PIXELS, out=6, kernel=3, stride=2, padding=(1, 1))
    pooled = maker.add(MaxPool(inputs=(first,)), 6, 8)
    coarse = maker.convolve(pooled, out=6, kernel=3, stride=2)
    spread = maker.add(Resize(inputs=(coarse, pooled)), 6, 8)
    both = maker.add(Concat(inputs=(pooled, spread)), 12, 8)
    summed = maker.add(ChannelSum(inputs=(both,)), 1, 8)
    return maker.finish(maker.add(Concat(inputs=(both, summed)), 13, 8))
