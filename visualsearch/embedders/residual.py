"""The graph of our own network: torchvision's ResNet-18 of any width, perhaps with a head and with proposals.

That the result is torchvision's network, a test proves. Source: https://arxiv.org/abs/1512.03385.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from visualsearch.embedders.folding import Folding
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
    Resize,
)
from visualsearch.embedders.ranges import Ranges
from visualsearch.embedders.recipes import HEAD, PROPOSALS, Recipe
from visualsearch.embedders.weights import Weights

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""Of ImageNet's pixels, red green blue, 0 to 1, as in the training of all these weights."""

_NO_RANGES: Ranges = MappingProxyType({})

_EPSILON = 1e-5
"""What torch's batch norm adds to a variance."""


def build_residual(recipe: Recipe, weights: Weights, ranges: Ranges = _NO_RANGES, *, side: int | None = None) -> Graph:
    """Return the graph of these weights, for squares of `side` pixels or else the recipe's.

    Raises ValueError when the weights, or the ranges, are not those of the recipe.
    """
    folding = Folding(weights, ranges, epsilon=_EPSILON, unused=("fc.",))
    third, fourth = _maps(folding, recipe.width)
    features = _features(folding, recipe, third, fourth)
    if PROPOSALS in weights:
        places = _propose(folding, recipe, third, fourth, len(weights[PROPOSALS]))
    else:
        places = folding.add("places", ChannelSum(inputs=(fourth,)))
    return folding.finish(features, places, side=side or recipe.fit.side, pixel_mean=MEAN * np.float32(255))


def _maps(folding: Folding, width: int) -> tuple[str, str]:
    """Add the stem and the four stages of two blocks; return the last two maps."""
    stem, scale = (width, 3, 7, 7), np.float32(1 / 255) / DEVIATION[:, None, None]
    map_ = folding.convolve(
        PIXELS, "conv1", "bn1", stem, stride=2, padding=(3, 3), activation=Activation.RELU, scale=scale
    )
    map_, channels, maps = folding.add("maxpool", MaxPool(inputs=(map_,))), width, []
    for stage in range(4):
        for number in range(2):
            stride = 2 if stage and not number else 1
            map_ = _block(folding, map_, f"layer{stage + 1}.{number}", channels, width << stage, stride)
            channels = width << stage
        maps.append(map_)
    return maps[2], maps[3]


def _block(folding: Folding, map_: str, name: str, given: int, width: int, stride: int) -> str:
    """Add two convolutions of 3 x 3 whose result is added to the input; the first takes the stride."""
    inner, short = map_, map_
    inner = folding.convolve(
        inner, f"{name}.conv1", f"{name}.bn1", (width, given, 3, 3), stride=stride, padding=(1, 1),
        activation=Activation.RELU,
    )  # fmt: skip
    inner = folding.convolve(inner, f"{name}.conv2", f"{name}.bn2", (width, width, 3, 3), padding=(1, 1))
    if given != width or stride != 1:
        key, norm = f"{name}.downsample.0", f"{name}.downsample.1"
        short = folding.convolve(map_, key, norm, (width, given, 1, 1), stride=stride, padding=(0, 0))
    return folding.add(name, Add(inputs=(inner, short), activation=Activation.RELU))


def _features(folding: Folding, recipe: Recipe, third: str, fourth: str) -> str:
    """Add the mean of the last map, or the head over the means of both."""
    mean = folding.add("mean4", Mean(inputs=(fourth,)))
    if recipe.head is None:
        return mean
    both = folding.add("means", Concat(inputs=(folding.add("mean3", Mean(inputs=(third,))), mean)))
    weight = folding.take(HEAD, (recipe.head, sum(recipe.channels[-2:])))
    return folding.add("head", Linear(inputs=(both,), weight=weight, bias=folding.take("head.bias", (recipe.head,))))


def _propose(folding: Folding, recipe: Recipe, third: str, fourth: str, width: int) -> str:
    """Add what proposes regions where objects are, of whatever kind, at each of the third stage's places.

    Five numbers: how good the region is, then how far its left, top, right and bottom edge is, as a share of the
    square. A layer over the channels of the last two maps, of which the fourth is spread over the third's places,
    ReLU, and a convolution of 3 x 3. Source: FCOS, https://arxiv.org/abs/1904.01355.
    """
    channels, _ = recipe.channels[-2:]
    weight = folding.take(PROPOSALS, (width, sum(recipe.channels[-2:]), 1, 1))
    bias = folding.take("proposals.0.bias", (width,))
    # The first layer in two halves: the fourth's places are a quarter of the third's.
    near = folding.add("proposals.third", Convolution(inputs=(third,), weight=weight[:, :channels], bias=bias))
    half = Convolution(inputs=(fourth,), weight=weight[:, channels:], bias=np.zeros_like(bias))
    spread = folding.add("proposals.spread", Resize(inputs=(folding.add("proposals.fourth", half), third)))
    inner = folding.add("proposals.inner", Add(inputs=(near, spread), activation=Activation.RELU))
    last = folding.take("proposals.2.weight", (5, width, 3, 3)), folding.take("proposals.2.bias", (5,))
    return folding.add(
        "proposals",
        Convolution(inputs=(inner,), weight=last[0], bias=last[1], padding=(1, 1), activation=Activation.SIGMOID),
    )
