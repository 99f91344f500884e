"""Networks that vectors are made with: where their weights are, what they are shown, and their graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from visualsearch.embedders.efficientnet_lite import DIMENSIONS, VARIANTS, Variant, build_efficientnet_lite
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.graph import Graph
from visualsearch.embedders.ranges import Ranges, ranges_path, read_ranges
from visualsearch.embedders.recipes import Details, recipe_of
from visualsearch.embedders.residual import build_residual
from visualsearch.embedders.shipped import FOLDER, SHIPPED
from visualsearch.embedders.weights import digest_of_weights, read_weights
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network with its weights, which are not read before its graph is wanted."""

    name: str
    dimensions: int
    """Numbers in a vector."""
    digest: str
    """SHA-256 of the weights in hex; the graph is never built of others, since it names the vectors."""
    path: Path | None
    """Where the weights are; None where the package that holds them is not installed."""
    ranges_path: Path
    package: str | None = None
    """The Python package that has to be installed before the weights can be read."""
    fit: Fit
    """How an image is brought into the square that it is shown, where nothing else is said."""
    build: Callable[..., Graph]
    """Makes the graph of weights and ranges, for a `side`."""
    details: Details | None = None
    proposes: bool
    """Whether its graph has a second output: what each place says."""

    @property
    def missing(self) -> str | None:
        """Name the Python package that is not installed and has to be."""
        return self.package if self.package and find_spec(self.package) is None else None

    def read_ranges(self) -> Ranges:
        """Return the ranges that were measured, empty where none were; raises EmbedderUnavailable for damaged ones."""
        return read_ranges(self.ranges_path, self.digest)

    def graph(self, side: int) -> Graph:
        """Return what an engine runs, for squares of so many pixels; raises EmbedderUnavailable without its weights."""
        if self.path is None:
            raise EmbedderUnavailable(f"Expected the Python package {self.package} with the weights of {self.name}.")
        if digest_of_weights(self.path) != self.digest:
            raise EmbedderUnavailable(
                f"Expected the weights at {self.path} to have the SHA-256 {self.digest}. Restart this process where "
                "you have changed them, install their package anew where you have not."
            )
        try:
            return self.build(read_weights(self.path), self.read_ranges(), side=side)
        except ValueError as error:
            raise EmbedderUnavailable(f"Expected the weights of {self.name} in {self.path}: {error}.") from error

    def vectors(self, features: Vectors) -> Vectors:
        """Return unit vectors of what the graph gives, shape (n, dimensions)."""
        return self.details.weigh(features) if self.details else normalise(features)


def open_network(path: Path) -> Network:
    """Return our own network in a file of weights; raises EmbedderUnavailable when it holds none."""
    recipe = recipe_of(path)
    return Network(
        name=recipe.name or recipe.architecture,
        dimensions=recipe.dimensions,
        digest=digest_of_weights(path),
        path=path,
        ranges_path=ranges_path(path),
        package="safetensors" if path.suffix == ".safetensors" else None,
        fit=recipe.fit,
        build=partial(build_residual, recipe),
        details=recipe.details,
        proposes=True,
    )


def open_variant(variant: Variant) -> Network:
    """Return an EfficientNet-Lite, whose weights a Python package holds."""
    return Network(
        name=variant.name,
        dimensions=DIMENSIONS,
        digest=variant.digest,
        path=variant.path,
        ranges_path=FOLDER / f"{variant.name}.ranges.json",
        package=variant.package,
        fit=Fit(variant.side),
        build=partial(build_efficientnet_lite, variant),
        proposes=False,
    )


def find_network(name: str) -> Network:
    """Return the network of this name; raises ValueError when there is none."""
    if name in VARIANTS:
        return open_variant(VARIANTS[name])
    if name in SHIPPED:
        return open_network(SHIPPED[name].path)
    raise ValueError(f"there is no network {name!r}")
