"""How images go into a model file and what is taken out of it: from the options, what the file says, and its shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from visualsearch.embedders.framing import Fit, Framing
from visualsearch.embedders.model_runners import ModelRunner, Shape, Values
from visualsearch.embedders.pooling import pool

Three = tuple[float, ...]
"""A number for red, green and blue."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pixels, red green blue, 0 to 1: what nearly all networks are trained with."""

_RESIZE_TYPES: dict[str, Fit] = {"standard": "squeeze", "crop": "crop", "fit_to_window_letterbox": "letterbox"}
"""What the Model API calls how an image is fitted."""

_POOLING_OF = {2: "none", 4: "mean"}
"""By the rank of the output; of tokens the shop says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options say; None for what they leave to the file."""

    size: int | None = None
    mean: Three | None = None
    std: Three | None = None
    fit: Fit | None = None
    output: str | None = None
    pooling: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a file is used."""

    side: int
    channels_last: bool
    framing: Framing
    fill: int
    """Grey of the padding, 0 to 255."""
    mean: Three
    std: Three
    """Of pixels of 0 to 1."""
    output: str
    pooling: str
    dimensions: int
    one_by_one: bool
    """Whether the file takes one image at a time."""

    def pixels(self, image: Image.Image) -> Values:
        """Return what the file takes of an RGB image, without the axis of the batch."""
        square = self.framing.square(image, self.side, fill=self.fill).astype(np.float32) / np.float32(255)
        mean, std = (np.array(three, dtype=np.float32) for three in (self.mean, self.std))
        values: Values = (square - mean) / std
        return values if self.channels_last else values.transpose(2, 0, 1)


def plan_for(runner: ModelRunner, wanted: Wanted) -> Plan:
    """Return how an open file is used; raises ValueError where options and file do not go together."""
    output = wanted.output or next(iter(runner.outputs))
    if output not in runner.outputs:
        raise ValueError(f"it has no output {output!r}, but {', '.join(runner.outputs)}")
    side, channels_last = _square_of(runner.input, wanted.size)
    shape = runner.outputs[output]
    if _channels_of(shape) is None:
        shape = runner.try_out((1, side, side, 3) if channels_last else (1, 3, side, side), output)
    pooling = wanted.pooling or _POOLING_OF.get(len(shape))
    if pooling is None:
        raise ValueError(f"its output {output!r} has {len(shape)} axes: write the option 'pooling'")
    mean, std = _scaling_of(runner.info)
    return Plan(
        side=side,
        channels_last=channels_last,
        framing=Framing(wanted.fit or _fit_of(runner.info)),
        fill=int(runner.info.get("pad_value", "255")),
        mean=wanted.mean or mean,
        std=wanted.std or std,
        output=output,
        pooling=pooling,
        dimensions=_dimensions_of(shape, pooling),
        one_by_one=runner.input[0] == 1,
    )


def _square_of(shape: Shape, size: int | None) -> tuple[int, bool]:
    """Return the side of the images that a file takes, and whether their channels come last; raises ValueError."""
    if len(shape) != 4 or 3 not in (shape[1], shape[3]) or shape[0] not in (None, 1):
        raise ValueError(f"its input has the shape {shape}, not that of images with three channels")
    channels_last = shape[1] != 3
    sides = set(shape[1:3] if channels_last else shape[2:4]) - {None}
    if len(sides) > 1 or (size and sides - {size}):
        raise ValueError(f"it takes images of the shape {shape}, not squares of {size or 'one size'}")
    side = size or next(iter(sides), None)
    if side is None:
        raise ValueError("it takes images of any size: write the option 'size'")
    return side, channels_last


def _dimensions_of(shape: Shape, pooling: str) -> int:
    """Return the length of a vector; raises ValueError where pooling and shape do not go together."""
    sizes = [size or 1 for size in shape]
    return int(pool(np.zeros((1, *sizes[1:]), dtype=np.float32), pooling).shape[1])


def _channels_of(shape: Shape) -> int | None:
    """Return the channels of an output; None where the file does not say them."""
    return None if not shape else shape[1] if len(shape) == 4 else shape[-1]


def _fit_of(info: Mapping[str, str]) -> Fit:
    written = info.get("resize_type", "standard")
    if written not in _RESIZE_TYPES:
        raise ValueError(f"it says resize_type {written!r}, which is not known: write the option 'fit'")
    return _RESIZE_TYPES[written]


def _scaling_of(info: Mapping[str, str]) -> tuple[Three, Three]:
    """Return mean and deviation of pixels of 0 to 1: what the file says of those of 0 to 255, or ImageNet's."""
    if not {"mean_values", "scale_values"} & set(info):
        return _MEAN, _DEVIATION
    return _numbers(info, "mean_values", "0"), _numbers(info, "scale_values", "1")


def _numbers(info: Mapping[str, str], key: str, default: str) -> Three:
    numbers = [float(word) / 255 for word in info.get(key, default).split()]
    if len(numbers) not in (1, 3):
        raise ValueError(f"it says {key} of {len(numbers)} numbers, not of one for each channel")
    return tuple(numbers * (3 // len(numbers)))
