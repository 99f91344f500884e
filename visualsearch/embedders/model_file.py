"""Embeds with a network of the shop's own in an ONNX file, or in OpenVINO's own format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
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
from visualsearch.embedders.framing import Fit
from visualsearch.embedders.model_plan import Plan, Wanted, plan_for
from visualsearch.embedders.model_runners import ModelRunner, Values, open_model, runner_library
from visualsearch.embedders.network_embedder import NetworkEmbedder
from visualsearch.embedders.options import PRECISIONS, check_choice, check_numbers, check_text
from visualsearch.embedders.pooling import POOLINGS, pool
from visualsearch.embedders.turns import Run
from visualsearch.exceptions import EmbedderUnavailable, InvalidOptions

MODEL_SUFFIXES = (".onnx", ".xml")

FITS: tuple[Fit, ...] = ("crop", "letterbox", "squeeze")

_COMPANIONS = {".xml": (".bin",), ".onnx": (".onnx.data", ".onnx_data")}
"""Files beside a model file that hold its weights."""


class ModelFileEmbedder(NetworkEmbedder):
    """Runs a file with OpenVINO where it is installed, else with onnxruntime.

    What the options leave open, the file's `model_info` says as OpenVINO's Model API writes it, else: images are
    squeezed into the square that the file takes and scaled by ImageNet's mean and deviation; of its first output maps
    are averaged and rows taken as they are. `dimensions` and `fingerprint` open the file; they run it, once, where it
    does not say how many channels come out.
    """

    knows_dimensions = False

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
        self._wanted = Wanted(
            size=size,
            mean=None if mean is None else check_numbers("mean", mean, 3),
            std=None if std is None else check_numbers("std", std, 3),
            fit=None if fit is None else check_choice("fit", fit, FITS),
            output=None if output is None else check_text("output", output),
            pooling=None if pooling is None else check_choice("pooling", pooling, POOLINGS),
        )
        self._precision = check_choice("precision", precision, PRECISIONS)

    @cached_property
    def plan(self) -> Plan:
        """How the file is used; opens it, and raises EmbedderUnavailable where it cannot be."""
        runner = self._open()
        try:
            return plan_for(runner, self._wanted)
        except ValueError as error:
            raise EmbedderUnavailable(f"The file at {self._path} cannot be used: {error}.") from error

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
