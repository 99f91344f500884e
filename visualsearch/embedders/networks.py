"""Networks that vectors are made with: where their weights are, what they are shown, and their graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from visualsearch.embedders.efficientnet_lite import DIMENSIONS, VARIANTS, Variant, build_efficientnet_lite
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.graph import Graph
from visualsearch.embedders.ranges import Ranges, ranges_path, read_ranges
from visualsearch.embedders.recipes import Recipe, recipe_of
from visualsearch.embedders.residual import build_residual
from visualsearch.embedders.shipped import FOLDER, SHIPPED
from visualsearch.embedders.weights import Weights, digest_of_weights, read_weights
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise


class Network(ABC):
    """One network with its weights; nothing is read before it is asked for.

    Its properties and methods raise EmbedderUnavailable where the weights are missing, damaged, or others.
    """

    name: str
    dimensions: int
    """Numbers in a vector."""
    digest: str
    """SHA-256 of the weights in hex; the graph is never built of others, since it names the vectors."""
    ranges: Ranges
    fit: Fit
    """How an image is brought into the square that it is shown, where nothing else is said."""
    proposes: bool
    """Whether its graph has a second output: what each place says."""

    @property
    @abstractmethod
    def missing(self) -> str | None:
        """Name the Python package that has to be installed before its weights can be read."""

    def graph(self, side: int) -> Graph:
        """Return what an engine runs, for squares of so many pixels; needs what is `missing`."""
        path = self._path()
        if digest_of_weights(path) != self.digest:
            raise EmbedderUnavailable(self._changed(path))
        try:
            return self._build(read_weights(path), side)
        except ValueError as error:
            raise EmbedderUnavailable(f"Expected the weights of {self.name} in {path}: {error}.") from error

    def vectors(self, features: Vectors) -> Vectors:
        """Return unit vectors of what the graph gives, shape (n, dimensions)."""
        return normalise(features)

    @abstractmethod
    def _path(self) -> Path: ...

    @abstractmethod
    def _build(self, weights: Weights, side: int) -> Graph: ...

    @abstractmethod
    def _changed(self, path: Path) -> str: ...


class ResidualNetwork(Network):
    """Our own network, of a file of weights."""

    proposes = True

    def __init__(self, path: Path) -> None:
        self._file = path

    @cached_property
    def recipe(self) -> Recipe:
        """How the weights make vectors."""
        return recipe_of(self._file)

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.recipe.name or self.recipe.architecture

    @property
    def dimensions(self) -> int:  # type: ignore[override]
        return self.recipe.dimensions

    @property
    def fit(self) -> Fit:  # type: ignore[override]
        return self.recipe.fit

    @cached_property
    def digest(self) -> str:  # type: ignore[override]
        return digest_of_weights(self._file)

    @cached_property
    def ranges(self) -> Ranges:  # type: ignore[override]
        return read_ranges(ranges_path(self._file), self.digest)

    @property
    def missing(self) -> str | None:
        is_needed = self._file.suffix == ".safetensors" and find_spec("safetensors") is None
        return "safetensors" if is_needed else None

    def vectors(self, features: Vectors) -> Vectors:
        return self.recipe.details.weigh(features) if self.recipe.details else normalise(features)

    def _path(self) -> Path:
        return self._file

    def _build(self, weights: Weights, side: int) -> Graph:
        return build_residual(weights, self.recipe, self.ranges, side=side)

    def _changed(self, path: Path) -> str:
        return f"The weights at {path} changed since this process began; restart it."


class EfficientNetLite(Network):
    """A network whose weights a Python package holds."""

    proposes = False
    dimensions = DIMENSIONS

    def __init__(self, variant: Variant) -> None:
        self._variant = variant
        self.name, self.digest, self.fit = variant.name, variant.digest, Fit(variant.side)

    @cached_property
    def ranges(self) -> Ranges:  # type: ignore[override]
        return read_ranges(FOLDER / f"{self.name}.ranges.json", self.digest)

    @property
    def missing(self) -> str | None:
        return None if self._variant.path else self._variant.package

    def _path(self) -> Path:
        if path := self._variant.path:
            return path
        raise EmbedderUnavailable(
            f"Expected the Python package {self._variant.package} with the weights of {self.name}."
        )

    def _build(self, weights: Weights, side: int) -> Graph:
        return build_efficientnet_lite(weights, self._variant, self.ranges, side=side)

    def _changed(self, path: Path) -> str:
        return f"Expected {path} to have the SHA-256 {self.digest}; install {self._variant.package} 0.1.0 anew."


def find_network(name: str) -> Network:
    """Return the network of this name; raises ValueError when there is none."""
    if name in VARIANTS:
        return EfficientNetLite(VARIANTS[name])
    if name in SHIPPED:
        return ResidualNetwork(SHIPPED[name].path)
    raise ValueError(f"there is no network {name!r}")
