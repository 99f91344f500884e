"""What decides a vector of our own network beside its weights: what it is shown, and what becomes of its maps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

import numpy as np

from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.headers import Header, Shapes, read_header
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors, normalise

HEAD = "head.weight"
"""A linear layer over the means of the third and the fourth stage's maps; without it the fourth's mean is all."""

PROPOSALS = "proposals.0.weight"
"""The first of two layers on the same two maps that propose regions; no part of the vectors."""

_SIDES = range(32, 1025)
_USUAL_WIDTH = 64


@dataclass(frozen=True, slots=True)
class Details:
    """The last rows of a head, which say what is fine where those before them say what kind of thing it is.

    Each part gets a length of its own, so that neither drowns the other.
    """

    rows: int
    share: float
    """Part of a cosine of 1 that they make, above 0 and below 1."""

    def weigh(self, features: Vectors) -> Vectors:
        """Return unit vectors of what a head gives, (n, dimensions); raises InvalidVector for a part of zero length."""
        kinds, details = np.split(features, [-self.rows], axis=1)
        return np.concatenate([normalise(kinds) * sqrt(1 - self.share), normalise(details) * sqrt(self.share)], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a file of weights of a ResNet-18 makes vectors."""

    width: int
    """Channels of the first convolution and of the first stage; each later stage has twice as many."""
    fit: Fit = field(default_factory=Fit)
    head: int | None = None
    """Rows of the linear layer at the end; None without one."""
    details: Details | None = None
    """Those of its rows that are a part of their own."""
    name: str = ""
    """What its maker calls it."""

    @property
    def channels(self) -> tuple[int, int, int, int]:
        """Channels of each stage's map."""
        return self.width, 2 * self.width, 4 * self.width, 8 * self.width

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""
        return self.channels[-1] if self.head is None else self.head

    @property
    def architecture(self) -> str:
        """What a fingerprint calls the network where its maker gave it no name."""
        return "resnet18" if self.width == _USUAL_WIDTH else f"resnet18x{self.width}"

    def fingerprint(self, digest: str) -> str:
        """Return the name of the vectors that weights of this digest make."""
        pool = "mean" if self.head is None else "head"
        return f"{self.name or self.architecture}-{digest}-{self.fit.name}-{pool}-{self.dimensions}"


def recipe_of(path: Path) -> Recipe:
    """Return what the header of a file of weights says; raises EmbedderUnavailable when it is no recipe of ours."""
    header = read_header(path)
    width = _width_of(header.shapes, path)
    try:
        head = _head_of(header.shapes, Recipe(width=width))
        return Recipe(
            width=width,
            fit=fit_of(header.metadata.get("side", "224"), header.metadata.get("stretch")),
            head=head,
            details=_details_of(header, head or 0),
            name=name_of(header),
        )
    except ValueError as error:
        raise EmbedderUnavailable(f"Expected {path} to say how it is used: {error}.") from error


def _width_of(shapes: Shapes, path: Path) -> int:
    width = shapes.get("conv1.weight", (0,))[0]
    blocks = {key.rpartition(".")[0] for key in shapes if re.fullmatch(r"layer\d\.\d+\.conv\d\.weight", key)}
    known = {f"layer{stage}.{block}.conv{number}" for stage in range(1, 5) for block in range(2) for number in (1, 2)}
    if not width or blocks != known or shapes["layer1.0.conv2.weight"] != (width, width, 3, 3):
        raise EmbedderUnavailable(f"Expected {path} to hold the weights of a ResNet-18, of any width; it holds others.")
    return width


def _head_of(shapes: Shapes, plain: Recipe) -> int | None:
    if HEAD not in shapes:
        return None
    both = sum(plain.channels[-2:])
    rows, columns = shapes[HEAD] if len(shapes[HEAD]) == 2 else (0, 0)
    if columns != both or rows == 0:
        raise ValueError(f"{HEAD} has the shape {shapes[HEAD]}, not (dimensions, {both})")
    return rows


def _details_of(header: Header, head: int) -> Details | None:
    words = header.metadata.get("details")
    if words is None:
        return None
    found = re.fullmatch(r"(\d{1,5}):(0\.\d{1,3})", words)
    if not (found and 0 < int(found[1]) < head and float(found[2]) > 0):
        raise ValueError(f"its details are {words!r}, not ROWS:SHARE, fewer rows than a head has, a share below 1")
    return Details(int(found[1]), float(found[2]))


def fit_of(side: str, stretch: str | None) -> Fit:
    """Return the square that these words of metadata mean; raises ValueError for others."""
    if not (side.isdecimal() and int(side) in _SIDES):
        raise ValueError(f"its side is {side!r}, not a number of pixels from {_SIDES[0]} to {_SIDES[-1]}")
    if stretch is None:
        return Fit(int(side))
    if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", stretch) or float(stretch) < 1:
        raise ValueError(f"its stretch is {stretch!r}, not a number of 1 or more")
    return Fit(int(side), float(stretch))


def name_of(header: Header) -> str:
    """Return what the maker of a file calls it, "" without a name; raises ValueError for a name that is none."""
    name = header.metadata.get("name", "")
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,39}", name):
        raise ValueError(f"its name is {name!r}, not at most 40 of a-z, 0-9, dot and hyphen")
    return name
