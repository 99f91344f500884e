"""Embeds with a network of the shop's own in an ONNX file, or in OpenVINO's own format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from django.core.checks import CheckMessage, Error
from PIL import Image

from visualsearch.embedders.base import Look
from visualsearch.embedders.engines import Choice, Pass
from visualsearch.embedders.engines.processor import bfloat16_is_faster, count_threads
from visualsearch.embedders.fingerprints import digest_of_files, fingerprint_of
from visualsearch.embedders.framing import Fit, Framing
from visualsearch.embedders.model_runners import ModelRunner, Shape, Values, open_model, runner_library
from visualsearch.embedders.network_embedder import NetworkEmbedder
from visualsearch.embedders.options import PRECISIONS, check_choice, check_numbers, check_text
from visualsearch.embedders.pooling import POOLINGS, pool
from visualsearch.embedders.turns import Run
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions

MODEL_SUFFIXES = (".onnx", ".xml")

FITS: tuple[Fit, ...] = ("crop", "letterbox", "squeeze")

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pixels, red green blue, 0 to 1: what nearly all networks are trained with."""

_RESIZE_TYPES: dict[str, Fit] = {"standard": "squeeze", "crop": "crop", "fit_to_window_letterbox": "letterbox"}
"""What the Model API calls how an image is fitted."""

_COMPANIONS = {".xml": (".bin",), ".onnx": (".onnx.data", ".onnx_data")}
"""Files beside a model file that hold its weights."""

_POOLING_OF = {2: "none", 4: "mean"}
"""By the rank of the output; of tokens the shop says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How images go into a model file, and what is taken out of it."""

    side: int
    channels_last: bool
    framing: Framing
    fill: int
    """Grey of the padding, 0 to 255."""
    mean: tuple[float, ...]
    std: tuple[float, ...]
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


class ModelFileEmbedder(NetworkEmbedder):
    """Runs a file with OpenVINO where it is installed, else with onnxruntime.

    What the options leave open, the file's `model_info` says as OpenVINO's Model API writes it, else: images are
    squeezed into the square that the file takes and scaled by ImageNet's mean and deviation; of its first output maps
    are averaged and rows taken as they are. `dimensions` and `fingerprint` open the file; they run it, once, where it
    does not say how many channels come out.
    """

    def __init__(
        self,
        *,
        path: str,
        size: int | None = None,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
        fit: str | None = None,
        output: str | None = None,
        pooling: str | None = None,
        precision: str = "auto",
    ) -> None:
        super().__init__()
        self._path = Path(check_text("path", path))
        if self._path.suffix not in MODEL_SUFFIXES:
            raise InvalidOptions(
                f"The option 'path' is {path!r}; expected a file ending in {' or '.join(MODEL_SUFFIXES)}."
            )
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
            raise InvalidOptions(f"The option 'size' is {size!r}; expected a number of pixels.")
        self.name = path
        self._size = size
        self._mean = None if mean is None else check_numbers("mean", mean, 3)
        self._std = None if std is None else check_numbers("std", std, 3)
        self._fit = None if fit is None else check_choice("fit", fit, FITS)
        self._output = None if output is None else check_text("output", output)
        self._pooling = None if pooling is None else check_choice("pooling", pooling, POOLINGS)
        self._precision = check_choice("precision", precision, PRECISIONS)

    @cached_property
    def plan(self) -> Plan:
        """How the file is used; opens it, and raises EmbedderUnavailable where it cannot be."""
        return self._plan_for(self._open())

    @cached_property
    def dimensions(self) -> int:  # type: ignore[override]
        return self.plan.dimensions

    @cached_property
    def longest_side(self) -> int:  # type: ignore[override]
        return 2 * self.plan.side

    @cached_property
    def fingerprint(self) -> str:
        kind = "onnx" if self._path.suffix == ".onnx" else "openvino"
        return fingerprint_of([kind, self._path.stem, self._digest], asdict(self.plan), self.dimensions)

    @property
    def engine(self) -> Choice:
        precision = "bfloat16" if self._is_bfloat16() else "float32"
        return Choice(
            str(runner_library(self._path)), f"what runs this file here; {precision}; threads: {count_threads()}"
        )

    def preprocess(self, image: Image.Image) -> Values:
        return self.plan.pixels(image)

    def look_at(self, vector: Any, found: Pass, image: Image.Image) -> Look:
        places = found.places
        return Look(vector, activation=None if places is None else self.plan.framing.spread(places, image))

    def check(self) -> list[CheckMessage]:
        if runner_library(self._path) is None:
            needed, extra = ("openvino or onnxruntime", "onnx") if self._path.suffix == ".onnx" else ("openvino",) * 2
            problem = f"The embedder {self.name!r} needs {needed}, which is not installed."
            return [Error(problem, hint=f"Run `pip install django-visualsearch[{extra}]`.", id="visualsearch.E020")]
        try:
            _ = self._digest
        except EmbedderUnavailable as error:
            return [Error(str(error), hint="Put the file there, or change the option 'path'.", id="visualsearch.E021")]
        return []

    def load(self) -> Run:
        if self._digest_now() != self._digest:
            # Vectors are stored under the fingerprint, so that it must not name other weights than those in use.
            raise EmbedderUnavailable(f"The file at {self._path} changed since this process began; restart it.")
        runner, plan = self._open(), self.plan
        try:
            runner.compile(bfloat16=self._is_bfloat16())
        except Exception as error:
            raise EmbedderUnavailable(f"The file at {self._path} cannot be run: {error}.") from error

        def run(images: list[Values]) -> list[Pass]:
            parts = [[one] for one in images] if plan.one_by_one else [images]
            found = np.concatenate([runner.run(np.stack(part), plan.output) for part in parts])
            rows = pool(found, plan.pooling)
            places = found.clip(0).sum(axis=1) if found.ndim == 4 else [None] * len(rows)
            return [Pass(row, place) for row, place in zip(rows, places, strict=True)]

        return run

    @cached_property
    def _digest(self) -> str:
        return self._digest_now()

    def _digest_now(self) -> str:
        beside = [self._path.with_suffix(suffix) for suffix in _COMPANIONS[self._path.suffix]]
        needed = beside if self._path.suffix == ".xml" else [path for path in beside if path.exists()]
        return digest_of_files([self._path, *needed])

    def _is_bfloat16(self) -> bool:
        if runner_library(self._path) != "openvino" or self._precision == "float32":
            return False
        return self._precision == "bfloat16" or bfloat16_is_faster()

    def _open(self) -> ModelRunner:
        _ = self._digest
        try:
            return open_model(self._path)
        except ImportError as error:
            raise EmbedderUnavailable(self.check()[0].msg if self.check() else str(error)) from error
        except Exception as error:
            raise EmbedderUnavailable(f"Expected a network with one input in {self._path}: {error}.") from error

    def _plan_for(self, runner: ModelRunner) -> Plan:
        try:
            output = self._output or next(iter(runner.outputs))
            if output not in runner.outputs:
                raise ValueError(f"it has no output {output!r}, but {', '.join(runner.outputs)}")
            side, channels_last = _square_of(runner.input, self._size)
            shape = runner.outputs[output]
            if _channels_of(shape) is None:
                size = (1, side, side, 3) if channels_last else (1, 3, side, side)
                shape = runner.try_out(size, output)
            pooling = self._pooling or _POOLING_OF.get(len(shape))
            if pooling is None:
                raise ValueError(f"its output {output!r} has {len(shape)} axes: write the option 'pooling'")
            info = runner.info
            return Plan(
                side=side,
                channels_last=channels_last,
                framing=Framing(self._fit or _fit_of(info)),  # type: ignore[arg-type]
                fill=int(info.get("pad_value", "255")),
                mean=self._mean or _scaled(info, "mean_values", _MEAN),
                std=self._std or _scaled(info, "scale_values", _DEVIATION),
                output=output,
                pooling=pooling,
                dimensions=_dimensions_of(shape, pooling),
                one_by_one=runner.input[0] == 1,
            )
        except ValueError as error:
            raise EmbedderUnavailable(f"The file at {self._path} cannot be used: {error}.") from error


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
    pool(np.zeros((1, *sizes[1:]), dtype=np.float32), pooling)
    return _channels_of(shape) or 0


def _channels_of(shape: Shape) -> int | None:
    """Return the channels of an output; None where the file does not say them."""
    return None if not shape else shape[1] if len(shape) == 4 else shape[-1]


def _fit_of(info: Mapping[str, str]) -> Fit:
    written = info.get("resize_type", "standard")
    if written not in _RESIZE_TYPES:
        raise ValueError(f"it says resize_type {written!r}, which is not known: write the option 'fit'")
    return _RESIZE_TYPES[written]


def _scaled(info: Mapping[str, str], key: str, default: tuple[float, ...]) -> tuple[float, ...]:
    """Return what the file says of pixels of 0 to 255, of pixels of 0 to 1."""
    numbers = [float(word) / 255 for word in info.get(key, "").split()]
    if not numbers:
        return default
    if len(numbers) not in (1, 3):
        raise ValueError(f"it says {key} of {len(numbers)} numbers, not of one for each channel")
    return tuple(numbers * (3 // len(numbers)))
