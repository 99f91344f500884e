"""Embeds with a residual network: weights of torchvision's, of a file, or shipped with this package.

Torch and OpenVINO are imported by the first vector, not by this module: torch takes seconds and hundreds of megabytes
that `manage.py`, the admin and a forking parent must not pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from django.core.checks import CheckMessage, Error
from PIL import Image

from visualsearch.embedders.architectures import PUBLISHED, SHIPPED
from visualsearch.embedders.base import Look
from visualsearch.embedders.engines import LIBRARIES, Choice, Engine, Pass, build_engine, choose_engine
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.network import fold
from visualsearch.embedders.network_embedder import NetworkEmbedder
from visualsearch.embedders.ranges import Ranges, read_ranges
from visualsearch.embedders.recipes import Recipe, recipe_of
from visualsearch.embedders.regions import regions_of
from visualsearch.embedders.turns import Run
from visualsearch.embedders.weights import Weights, digest_of_weights, read_weights
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise


class ResNetEmbedder(NetworkEmbedder):
    """Embeds with weights that are shipped or published, or with those in a local `.safetensors` or `.pth` file."""

    def __init__(self, weights: str | Path) -> None:
        super().__init__()
        self.name = str(weights)
        self._published = PUBLISHED.get(self.name)
        self._path = SHIPPED[self.name].path if self.name in SHIPPED else Path(weights)

    @cached_property
    def recipe(self) -> Recipe:
        """How the weights make vectors; raises EmbedderUnavailable when the file does not tell."""
        return Recipe(architecture=self._published.architecture) if self._published else recipe_of(self._path)

    @cached_property
    def dimensions(self) -> int:  # type: ignore[override]
        return self.recipe.dimensions

    @cached_property
    def longest_side(self) -> int:  # type: ignore[override]
        return 2 * self.recipe.fit.side

    @cached_property
    def fingerprint(self) -> str:
        digest = self._published.digest if self._published else digest_of_weights(self._path)[:12]
        return self.recipe.fingerprint(digest)

    @property
    def engine(self) -> Choice:
        return choose_engine(ranges=bool(self._ranges))

    def preprocess(self, image: Image.Image) -> Pixels:
        pixels: Pixels = self.recipe.fit.squares([image])[0]
        return pixels

    def vectors_of(self, passes: Sequence[Pass]) -> Vectors:
        features = np.stack([found.features for found in passes])
        return self.recipe.details.weigh(features) if self.recipe.details else normalise(features)

    def look_at(self, vector: Vectors, found: Pass, image: Image.Image) -> Look:
        fit, places = self.recipe.fit, found.places
        if places is None or places.ndim == 2:
            return Look(vector, activation=places if places is None else fit.without_padding(places, image))
        return Look(vector, regions=regions_of(places, fit, image.width, image.height))

    def check(self) -> list[CheckMessage]:
        if missing := self._missing_libraries():
            problem = f"The embedder {self.name!r} needs {', '.join(missing)}, which is not installed."
            extra = "torch" if "torch" in missing else "openvino"
            return [Error(problem, hint=f"Run `{_install(extra)}`.", id="visualsearch.E020")]
        try:
            _ = self.fingerprint, self._ranges
        except EmbedderUnavailable as error:
            names = ", ".join([*SHIPPED, *PUBLISHED])
            hint = f"Put the file there, or write one of {names} into VISUALSEARCH['EMBEDDER']."
            return [Error(str(error), hint=hint, id="visualsearch.E021")]
        return []

    def load(self) -> Run:
        try:
            weights = self._read()
            try:
                network = fold(weights, self.recipe, self._ranges)
            except ValueError as error:
                name = self.recipe.architecture.name
                raise EmbedderUnavailable(f"Expected the weights of {name} in {self.name}: {error}.") from error
            return _run(build_engine(network))
        except ImportError as error:
            extra = "torch" if self._needs_torch else choose_engine().library
            raise EmbedderUnavailable(
                f"Expected {extra} and its companions: {error}. Run `{_install(extra)}`."
            ) from error

    @cached_property
    def _ranges(self) -> Ranges:
        return {} if self._published else read_ranges(self._path)

    def _read(self) -> Weights:
        if self._published:
            from visualsearch.embedders.torch_files import download

            return download(self._published)
        # Vectors are stored under the fingerprint, so that it must not name other weights than those in use.
        if digest_of_weights(self._path)[:12] not in self.fingerprint:
            raise EmbedderUnavailable(f"The weights at {self._path} changed since this process began; restart it.")
        return read_weights(self._path)

    @property
    def _needs_torch(self) -> bool:
        """Published files are pickles."""
        return self._published is not None or self._path.suffix != ".safetensors"

    def _missing_libraries(self) -> list[str]:
        missing = [name for name in ("torch" if self._needs_torch else "safetensors",) if find_spec(name) is None]
        if not missing and not any(find_spec(library) for library in LIBRARIES):
            missing = [" or ".join(LIBRARIES)]
        return missing


def _run(engine: Engine) -> Run:
    def run(squares: list[Pixels]) -> list[Pass]:
        features, places = engine.run(np.stack(squares))
        return [
            Pass(vector, values if len(values) > 1 else values[0])
            for vector, values in zip(features, places, strict=True)
        ]

    return run


def _install(extra: str) -> str:
    return f"pip install django-visualsearch[{extra}]"
