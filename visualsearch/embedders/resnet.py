"""Embeds with a residual network: weights of torchvision's, of a file, or shipped with this package.

Torch and OpenVINO are imported by the first vector, not by this module: torch takes seconds and hundreds of megabytes
that `manage.py`, the admin and a forking parent must not pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import numpy as np
from django.core.checks import CheckMessage, Error
from numpy.typing import NDArray
from PIL import Image

from visualsearch.embedders.architectures import PUBLISHED, SHIPPED
from visualsearch.embedders.base import Embedder, Look
from visualsearch.embedders.engines import LIBRARIES, Choice, Pass, build_engine, choose_engine
from visualsearch.embedders.network import fold
from visualsearch.embedders.ranges import Ranges, read_ranges
from visualsearch.embedders.recipes import Recipe, recipe_of
from visualsearch.embedders.regions import regions_of
from visualsearch.embedders.turns import Run, Turns
from visualsearch.embedders.weights import Weights, digest_of_weights, read_weights
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise

AT_ONCE = 16
"""Most images in one forward pass: more are no faster each, and need more memory."""


class ResNetEmbedder(Embedder):
    """Embeds with weights that are shipped or published, or with those in a local `.safetensors` or `.pth` file."""

    def __init__(self, weights: str | Path) -> None:
        self.name = str(weights)
        self._published = PUBLISHED.get(self.name)
        self._path = SHIPPED[self.name].path if self.name in SHIPPED else Path(weights)
        self._turns: Turns | None = None
        self._lock = Lock()

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

    def prepare(self) -> None:
        self._get_turns()

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        return self._vectors(self._passes(images))

    def look(self, images: Sequence[Image.Image]) -> list[Look]:
        passes = self._passes(images)
        places = [values for found in passes for values in found.places]
        return [
            self._look(vector, values, image)
            for vector, values, image in zip(self._vectors(passes), places, images, strict=True)
        ]

    def _look(self, vector: NDArray[np.float32], places: NDArray[np.float32], image: Image.Image) -> Look:
        fit = self.recipe.fit
        if len(places) > 1:
            return Look(vector, regions=regions_of(places, fit, image.width, image.height))
        return Look(vector, activation=fit.without_padding(places[0], image))

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

    def _passes(self, images: Sequence[Image.Image]) -> list[Pass]:
        turns = self._get_turns() if images else None
        parts = [images[start : start + AT_ONCE] for start in range(0, len(images), AT_ONCE)]
        return [turns.run(self.recipe.fit.squares(part)) for part in parts if turns]

    def _vectors(self, passes: list[Pass]) -> Vectors:
        none = np.empty((0, self.dimensions), dtype=np.float32)
        features = np.concatenate([none, *(found.features for found in passes)])
        return self.recipe.details.weigh(features) if self.recipe.details else normalise(features)

    def _get_turns(self) -> Turns:
        with self._lock:
            if self._turns is None:
                self._turns = Turns(self._load(), AT_ONCE)
            return self._turns

    def _load(self) -> Run:
        try:
            weights = self._read()
            try:
                network = fold(weights, self.recipe, self._ranges)
            except ValueError as error:
                name = self.recipe.architecture.name
                raise EmbedderUnavailable(f"Expected the weights of {name} in {self.name}: {error}.") from error
            return build_engine(network).run
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


def _install(extra: str) -> str:
    return f"pip install django-visualsearch[{extra}]"
