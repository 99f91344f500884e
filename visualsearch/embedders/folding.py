"""From a state dict to a graph: every tensor is taken once, and batch norms are folded into the convolutions."""

from __future__ import annotations

import numpy as np

from visualsearch.embedders.graph import Activation, Array, Convolution, Graph, Operation
from visualsearch.embedders.ranges import Ranges
from visualsearch.embedders.weights import Weights


class Folding:
    """A graph that grows by operations whose numbers come out of a state dict.

    Its methods return the name of what they add. They raise ValueError for tensors that are missing, of another shape,
    or not finite.
    """

    def __init__(self, weights: Weights, ranges: Ranges, *, epsilon: float, unused: tuple[str, ...]) -> None:
        """Take what batch norms add to a variance, and how the keys begin that nobody asks for."""
        self._ranges, self._epsilon = dict(ranges), epsilon
        self._operations: dict[str, Operation] = {}
        self._left = {
            key: value
            for key, value in weights.items()
            if not key.startswith(unused) and not key.endswith(".num_batches_tracked")
        }

    def add(self, name: str, operation: Operation) -> str:
        """Add an operation."""
        self._operations[name] = operation
        return name

    def take(self, key: str, shape: tuple[int, ...]) -> Array:
        """Return a tensor, which has to have this shape."""
        if key not in self._left:
            raise ValueError(f"{key} is missing")
        value = self._left.pop(key)
        if value.shape != shape:
            raise ValueError(f"{key} has the shape {value.shape}, not {shape}")
        if not np.isfinite(value).all():
            raise ValueError(f"some numbers of {key} are NaN or infinite")
        return value

    def convolve(
        self,
        map_: str,
        key: str,
        norm: str,
        shape: tuple[int, int, int, int],
        *,
        stride: int = 1,
        padding: tuple[int, int],
        groups: int = 1,
        activation: Activation = Activation.NONE,
        scale: Array | float = 1.0,
    ) -> str:
        """Add the convolution of this key, with its batch norm; its input has yet to be multiplied by `scale`."""
        weight = self.take(f"{key}.weight", shape)
        gain, shift, mean, variance = (
            self.take(f"{norm}.{part}", shape[:1]) for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gain / np.sqrt(variance + self._epsilon)
        convolution = Convolution(
            inputs=(map_,),
            weight=weight * factor[:, None, None, None] * scale,
            bias=shift - mean * factor,
            stride=stride,
            padding=padding,
            groups=groups,
            activation=activation,
            range=self._ranges.pop(key, None),
        )
        return self.add(key, convolution)

    def finish(self, *outputs: str, side: int, pixel_mean: Array, float32_until: str | None = None) -> Graph:
        """Return the graph; raises ValueError for what nothing has asked for: a network with more than we run."""
        if unknown := sorted([*self._left, *self._ranges]):
            raise ValueError(f"{', '.join(unknown[:3])} has no place in it")
        return Graph(
            side=side,
            pixel_mean=pixel_mean,
            operations=self._operations,
            float32_until=float32_until,
            outputs=outputs,
        )
