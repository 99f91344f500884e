"""A network described as data: operations in order, each with a name and with the names of what it takes.

Engines interpret it, and builders make it of a file of weights. What stands here is what our networks need, no more.
Maps have the shape (n, channels, rows, columns) and are as high as wide, so that a padding holds for both directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.ranges import Range

Array = NDArray[np.float32]

PIXELS = "pixels"
"""The name of what the first operation takes: pixels of 0 to 255 less their mean, shape (n, 3, side, side)."""


class Activation(StrEnum):
    """What becomes of each value at the end of an operation."""

    NONE = "none"
    RELU = "relu"
    RELU6 = "relu6"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A step of a network."""

    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution(Operation):
    """A convolution of one map; its weight and bias hold what a batch norm after it would do."""

    weight: Array
    """Shape (channels out, channels in of a group, rows, columns)."""
    bias: Array
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    """Zeros before and after, in both directions."""
    groups: int = 1
    activation: Activation = Activation.NONE
    range: Range | None = None
    """What the values that it is given lie between; None where it is not to be computed in 8-bit integers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Operation):
    """The sum of two values of the same shape."""

    activation: Activation = Activation.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPool(Operation):
    """The highest of 3 x 3 places, at every second place; padding is never the highest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean(Operation):
    """The mean of a map over its places, shape (n, channels)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSum(Operation):
    """The sum of a map over its channels, shape (n, 1, rows, columns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize(Operation):
    """The first map spread over the places of the second by repeating the nearest before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat(Operation):
    """Vectors or maps, the channels of one after those of the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(Operation):
    """A linear layer over vectors."""

    weight: Array
    """Shape (numbers out, numbers in)."""
    bias: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Operations by name, each after those whose results it takes."""

    side: int
    """Rows and columns of pixels."""
    pixel_mean: Array
    """Of red, green and blue, 0 to 255; shape (3,)."""
    operations: Mapping[str, Operation]
    float32_until: str | None = None
    """The last operation of those that are computed in float32 by an engine that multiplies bfloat16: rounding would
    cost most there. Of what lies before it, nothing but its own result is taken after it."""
    outputs: tuple[str, ...]
    """Of a network that embeds: its features, then what each place says, where it does (see `Pass`)."""

    @property
    def delicate(self) -> int:
        """How many of the first operations `float32_until` means."""
        return 0 if self.float32_until is None else list(self.operations).index(self.float32_until) + 1

    @property
    def convolutions(self) -> dict[str, Convolution]:
        """The convolutions by name."""
        return {name: step for name, step in self.operations.items() if isinstance(step, Convolution)}

    @property
    def has_ranges(self) -> bool:
        """Whether it is known of some convolution what it is given, so that it can be computed in 8-bit integers."""
        return any(convolution.range for convolution in self.convolutions.values())
