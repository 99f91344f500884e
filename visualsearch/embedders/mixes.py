"""What an embedder is made of: networks, the square that each is shown, and what becomes of their features."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.headers import Header, read_header
from visualsearch.embedders.networks import Network, find_network, open_network
from visualsearch.embedders.recipes import fit_of, name_of, recipe_of
from visualsearch.embedders.weights import Weights, digest_of_weights, read_weights
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise

PARTS = "parts"
"""The word of metadata that lists the parts: JSON, a list of objects with the keys `network`, `digest` (SHA-256 in hex
of its weights), `side`, `stretch` (null for none; see `Fit`) and `weight`."""

_KEYS = {"network", "digest", "side", "stretch", "weight"}


@dataclass(frozen=True, slots=True)
class Part:
    """A network among others."""

    network: Network
    fit: Fit
    weight: float = 1.0
    """How long its unit vector is made beside the others."""


@dataclass(frozen=True, slots=True)
class Head:
    """What makes one vector of the vectors of all parts."""

    mean: Vectors
    """Taken off before; shape (numbers of all parts,)."""
    weight: Vectors
    """Shape (dimensions, numbers of all parts)."""

    def project(self, vectors: Vectors) -> Vectors:
        """Return unit vectors, shape (n, dimensions); raises InvalidVector for one of zero length."""
        return normalise(np.asarray((vectors - self.mean) @ self.weight.T, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """One network by itself, or several with a head."""

    parts: tuple[Part, ...]
    dimensions: int
    fingerprint: str
    head_path: Path | None = None
    """The file of the head; None of one network by itself."""

    def read_head(self) -> Head | None:
        """Return the head; raises EmbedderUnavailable where its file is damaged."""
        if self.head_path is None:
            return None
        weights = read_weights(self.head_path)
        return Head(*(_finite(weights, key, self.head_path) for key in ("mean", "weight")))

    def vectors(self, features: Vectors, head: Head | None) -> Vectors:
        """Return unit vectors of what the networks gave, one after the other in each row."""
        ends = np.cumsum([part.network.dimensions for part in self.parts])[:-1]
        split = np.split(features, ends, axis=1)
        if head is None:
            return self.parts[0].network.vectors(split[0])
        units = [part.network.vectors(own) * part.weight for part, own in zip(self.parts, split, strict=True)]
        return head.project(np.concatenate(units, axis=1, dtype=np.float32))


def read_mix(path: Path) -> Mix:
    """Return what a file is: weights of our own network, or a head that names its parts.

    Raises EmbedderUnavailable when it is neither, or when a part is of other weights than the head was made for.
    """
    header = read_header(path)
    if PARTS not in header.metadata:
        network = open_network(path)
        fingerprint = recipe_of(path).fingerprint(network.digest[:12])
        return Mix(parts=(Part(network, network.fit),), dimensions=network.dimensions, fingerprint=fingerprint)
    try:
        parts = [_part(words) for words in json.loads(header.metadata[PARTS])]
        dimensions = _dimensions(header, parts)
        fingerprint = f"{name_of(header) or 'mix'}-{digest_of_weights(path)[:12]}-mix-{dimensions}"
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise EmbedderUnavailable(f"Expected {path} to say what it is made of: {error}.") from error
    return Mix(parts=tuple(parts), dimensions=dimensions, fingerprint=fingerprint, head_path=path)


def _part(words: dict[str, Any]) -> Part:
    if words.keys() != _KEYS:
        raise ValueError(f"a part has the keys {', '.join(words)}, not {', '.join(sorted(_KEYS))}")
    network = find_network(words["network"])
    if words["digest"] != network.digest:
        raise ValueError(f"it was made for other weights of {network.name} than those that are here")
    stretch, weight = words["stretch"], float(words["weight"])
    if not 0 < weight < float("inf"):
        raise ValueError(f"the weight of {network.name} is {weight}, not a number above 0")
    return Part(network, fit_of(str(words["side"]), stretch if stretch is None else str(stretch)), weight)


def _dimensions(header: Header, parts: Sequence[Part]) -> int:
    total = sum(part.network.dimensions for part in parts)
    shape = header.shapes.get("weight", ())
    if len(shape) != 2 or shape[1] != total or header.shapes.get("mean") != (total,) or not shape[0]:
        raise ValueError(f"its mean and weight do not have the shapes ({total},) and (dimensions, {total})")
    return shape[0]


def _finite(weights: Weights, key: str, path: Path) -> Vectors:
    if not np.isfinite(weights[key]).all():
        raise EmbedderUnavailable(f"Expected a head in {path}: some numbers of {key} are NaN or infinite.")
    return weights[key]
