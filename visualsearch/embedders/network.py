"""A residual network ready to run: its batch norms and the scaling of pixels are folded into its convolutions.

Plain arrays, which each engine puts into its own terms. That the result is torchvision's network, a test proves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.architectures import EXPANSION, Architecture
from visualsearch.embedders.ranges import Ranges
from visualsearch.embedders.recipes import HEAD, PROPOSALS, Recipe
from visualsearch.embedders.weights import Weights

Array = NDArray[np.float32]

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""Of ImageNet's pixels, red green blue, 0 to 1, as in the training of all these weights."""

_NO_RANGES: Ranges = MappingProxyType({})

_EPSILON = 1e-5
"""What torch's batch norm adds to a variance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """A convolution whose bias holds what its batch norm added."""

    weight: Array
    """Shape (channels out, channels in, rows, columns)."""
    bias: Array
    stride: int
    padding: int
    highest: float | None = None
    """What the values that it is given reach, from 0 on; None where nobody measured it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Convolutions with ReLU between them, whose result is added to the input; then ReLU."""

    convolutions: tuple[Convolution, ...]
    shortcut: Convolution | None
    """What the input goes through before it is added."""


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer over the means of the last two maps, the third stage's first."""

    weight: Array
    """Shape (dimensions, channels of both maps)."""
    bias: Array


@dataclass(frozen=True, slots=True)
class Proposals:
    """What proposes regions where objects are, of whatever kind, at each of the third stage's places: five logits.

    How good the region is, then how far its left, top, right and bottom edge is, as a share of the square. A layer
    over the channels of the last two maps, of which the fourth is spread over the third's places, ReLU, and a
    convolution of 3 x 3. Source: FCOS, https://arxiv.org/abs/1904.01355.
    """

    third: Convolution
    fourth: Convolution
    """The two halves of the first layer; the first has its bias."""
    last: Convolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Stem, ReLU, the highest of 3 x 3 at every second place, four stages of blocks; then mean or head."""

    stem: Convolution
    """Takes pixels of 0 to 255 less their mean."""
    stages: tuple[tuple[Block, ...], ...]
    head: Head | None
    proposals: Proposals | None
    side: int
    """Pixels each way of what it takes."""

    @property
    def has_ranges(self) -> bool:
        """Whether it is known how high values go in the blocks, so that they can be computed in 8-bit integers."""
        return any(
            convolution.highest is not None
            for stage in self.stages
            for block in stage
            for convolution in block.convolutions
        )

    @property
    def pixel_mean(self) -> Array:
        """The mean of pixels of 0 to 255, red green blue."""
        return MEAN * np.float32(255)


def fold(weights: Weights, recipe: Recipe, ranges: Ranges = _NO_RANGES) -> Network:
    """Return the network of these weights; raises ValueError when they, or the ranges, are not those of the recipe."""
    folding = _Folding(weights, ranges)
    width = recipe.architecture.width
    stem = folding.convolution("conv1", "bn1", (width, 3, 7, 7), stride=2)
    scale = np.float32(1 / 255) / DEVIATION[:, None, None]
    network = Network(
        stem=Convolution(weight=stem.weight * scale, bias=stem.bias, stride=2, padding=3),
        stages=tuple(_stages(folding, recipe.architecture)),
        head=_head(folding, recipe),
        proposals=_proposals(folding, recipe, len(weights[PROPOSALS])) if PROPOSALS in weights else None,
        side=recipe.fit.side,
    )
    folding.finish()
    return network


def _stages(folding: _Folding, architecture: Architecture) -> Sequence[tuple[Block, ...]]:
    stages, channels = [], architecture.width
    for stage, count in enumerate(architecture.blocks):
        blocks = []
        for number in range(count):
            stride = 2 if stage and not number else 1
            name = f"layer{stage + 1}.{number}"
            blocks.append(_block(folding, name, channels, architecture.width << stage, architecture, stride))
            channels = architecture.channels[stage]
        stages.append(tuple(blocks))
    return stages


def _block(folding: _Folding, name: str, given: int, width: int, architecture: Architecture, stride: int) -> Block:
    """Two convolutions of 3 x 3, or one between two of 1 x 1; the first of 3 x 3 takes the stride."""
    out = width * EXPANSION[architecture.convolutions]
    if architecture.convolutions == 2:
        shapes = [(width, given, 3, 3), (out, width, 3, 3)]
        strides = [stride, 1]
    else:
        shapes = [(width, given, 1, 1), (width, width, 3, 3), (out, width, 1, 1)]
        strides = [1, stride, 1]
    convolutions = tuple(
        folding.convolution(f"{name}.conv{number}", f"{name}.bn{number}", shape, stride=step)
        for number, (shape, step) in enumerate(zip(shapes, strides, strict=True), start=1)
    )
    if given == out and stride == 1:
        return Block(convolutions, None)
    short = folding.convolution(f"{name}.downsample.0", f"{name}.downsample.1", (out, given, 1, 1), stride=stride)
    return Block(convolutions, short)


def _head(folding: _Folding, recipe: Recipe) -> Head | None:
    if recipe.head is None:
        return None
    both = sum(recipe.architecture.channels[-2:])
    return Head(folding.take(HEAD, (recipe.head, both)), folding.take("head.bias", (recipe.head,)))


def _proposals(folding: _Folding, recipe: Recipe, width: int) -> Proposals:
    third, fourth = recipe.architecture.channels[-2:]
    weight = folding.take(PROPOSALS, (width, third + fourth, 1, 1))
    bias = folding.take("proposals.0.bias", (width,))
    last = folding.take("proposals.2.weight", (5, width, 3, 3)), folding.take("proposals.2.bias", (5,))
    return Proposals(
        Convolution(weight=weight[:, :third], bias=bias, stride=1, padding=0),
        Convolution(weight=weight[:, third:], bias=np.zeros_like(bias), stride=1, padding=0),
        Convolution(weight=last[0], bias=last[1], stride=1, padding=1),
    )


class _Folding:
    """Takes tensors out of a state dict, each of the shape that it must have."""

    def __init__(self, weights: Weights, ranges: Ranges) -> None:
        self._ranges = dict(ranges)
        unused = ("fc.weight", "fc.bias")
        self._left = {
            key: value
            for key, value in weights.items()
            if key not in unused and not key.endswith(".num_batches_tracked")
        }

    def take(self, key: str, shape: tuple[int, ...]) -> Array:
        if key not in self._left:
            raise ValueError(f"{key} is missing")
        value = self._left.pop(key)
        if value.shape != shape:
            raise ValueError(f"{key} has the shape {value.shape}, not {shape}")
        if not np.isfinite(value).all():
            raise ValueError(f"some numbers of {key} are NaN or infinite")
        return value

    def convolution(self, key: str, norm: str, shape: tuple[int, int, int, int], *, stride: int) -> Convolution:
        weight = self.take(f"{key}.weight", shape)
        scale, shift, mean, variance = (
            self.take(f"{norm}.{part}", shape[:1]) for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = scale / np.sqrt(variance + _EPSILON)
        return Convolution(
            weight=weight * factor[:, None, None, None],
            bias=shift - mean * factor,
            stride=stride,
            padding=shape[-1] // 2,
            highest=self._ranges.pop(key, None),
        )

    def finish(self) -> None:
        """Raise ValueError for what nothing has asked for: a network with more than we run."""
        if unknown := sorted([*self._left, *self._ranges]):
            raise ValueError(f"{', '.join(unknown[:3])} has no place in it")
