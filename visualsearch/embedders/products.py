"""Embeds with our own network, or with several networks whose features a head puts together.

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

from visualsearch.embedders.base import Look
from visualsearch.embedders.engines import LIBRARIES, Choice, Engine, Pass, build_engine, choose_engine
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.mixes import Head, Mix, read_mix
from visualsearch.embedders.network_embedder import NetworkEmbedder
from visualsearch.embedders.regions import regions_of
from visualsearch.embedders.shipped import SHIPPED
from visualsearch.embedders.turns import Run
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors

Squares = tuple[Pixels, ...]
"""One image as each network takes it, shape (side, side, 3) each."""


class ProductsEmbedder(NetworkEmbedder):
    """Embeds with a shipped name, or with a local file: weights of our own network, or a head that names its parts."""

    def __init__(self, weights: str | Path) -> None:
        super().__init__()
        self.name = str(weights)
        self._path = SHIPPED[self.name].path if self.name in SHIPPED else Path(weights)
        self._head: Head | None = None

    @cached_property
    def mix(self) -> Mix:
        """The networks and what becomes of their features; raises EmbedderUnavailable when the file does not tell."""
        return read_mix(self._path)

    @property
    def dimensions(self) -> int:  # type: ignore[override]
        return self.mix.dimensions

    @property
    def longest_side(self) -> int:  # type: ignore[override]
        return 2 * max(part.fit.side for part in self.mix.parts)

    @property
    def fingerprint(self) -> str:
        return self.mix.fingerprint

    @property
    def engine(self) -> Choice:
        return choose_engine(ranges=self._has_ranges)

    def preprocess(self, image: Image.Image) -> Squares:
        return tuple(part.fit.squares([image])[0] for part in self.mix.parts)

    def vectors_of(self, passes: Sequence[Pass]) -> Vectors:
        return self.mix.vectors(np.stack([found.features for found in passes]), self._head)

    def look_at(self, vector: Vectors, found: Pass, image: Image.Image) -> Look:
        places = found.places
        if places is None:
            return Look(vector)
        fit = next(part.fit for part in self.mix.parts if part.network.proposes)
        if places.ndim == 2:
            return Look(vector, activation=fit.without_padding(places, image))
        return Look(vector, regions=regions_of(places, fit, image.width, image.height))

    def check(self) -> list[CheckMessage]:
        try:
            if problem := self._missing():
                return [Error(problem, hint=f"Run `{_install()}`.", id="visualsearch.E020")]
            _ = self._has_ranges
        except EmbedderUnavailable as error:
            names = ", ".join(SHIPPED)
            hint = f"Put the file there, or write one of {names} into VISUALSEARCH['EMBEDDER']."
            return [Error(str(error), hint=hint, id="visualsearch.E021")]
        return []

    def load(self) -> Run:
        if problem := self._missing():
            raise EmbedderUnavailable(f"{problem} Run `{_install()}`.")
        name = self.engine.name
        try:
            engines = [build_engine(part.network.graph(part.fit.side), name) for part in self.mix.parts]
        except ImportError as error:
            raise EmbedderUnavailable(f"{name} cannot be imported: {error}. Run `{_install()}`.") from error
        self._head = self.mix.read_head()
        return _run(engines)

    @property
    def _has_ranges(self) -> bool:
        return any(part.network.read_ranges() for part in self.mix.parts)

    def _missing(self) -> str | None:
        """Say which libraries are not installed, in one sentence."""
        missing = [part.network.missing for part in self.mix.parts]
        if not any(find_spec(library) for library in LIBRARIES):
            missing.append(" or ".join(LIBRARIES))
        names = ", ".join(dict.fromkeys(name for name in missing if name))
        return f"The embedder {self.name!r} needs {names}, which is not installed." if names else None


def _run(engines: Sequence[Engine]) -> Run:
    def run(images: list[Squares]) -> list[Pass]:
        # Each network has seen its own squares of all images.
        outputs = [
            engine.run(np.stack(squares)) for engine, squares in zip(engines, zip(*images, strict=True), strict=True)
        ]
        features = np.concatenate([output[0] for output in outputs], axis=1)
        places = next((output[1] for output in outputs if len(output) > 1), [None] * len(images))
        return [Pass(one, _place(values)) for one, values in zip(features, places, strict=True)]

    return run


def _place(values: Vectors | None) -> Vectors | None:
    return values[0] if values is not None and len(values) == 1 else values


def _install() -> str:
    extra = next((library for library in LIBRARIES if find_spec(library)), LIBRARIES[0])
    return f"pip install django-visualsearch[{extra}]"
