"""Unlike the others? A picture put among those of another design, or on the shelf of another kind of thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.bounds.pictures import Looks, Shown
from benchmarks.bounds.scores import Score
from visualsearch.doctor.strangers import CATEGORY_LEAST, PAIRS, PICTURES_LEAST

SHARES = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
OBJECT = 4
"""Pictures of an object: designs with more are several objects."""

INTRUDERS = 5
"""Strangers that each object and shelf is tried with."""


def measure_siblings(shown: Sequence[Shown], looks: Looks) -> dict[float, Score]:
    """Return the score of each share of strangers, for pictures among the others of their object."""
    chance = np.random.default_rng(0)
    designs, vectors = np.array([one.design for one in shown]), looks.vectors
    own, strange = [], []
    for members in _objects(designs, chance):
        cosines = vectors[members] @ vectors[members].T
        np.fill_diagonal(cosines, -1)
        own += cosines.max(axis=1).tolist()
        intruders = chance.choice(np.flatnonzero(designs != designs[members[0]]), INTRUDERS)
        strange += (vectors[intruders] @ vectors[members[1:]].T).max(axis=1).tolist()
    return _scores(own, strange, _of_chance(designs, vectors, chance))


def measure_shelves(shown: Sequence[Shown], looks: Looks) -> dict[float, Score]:
    """Return the same for pictures on the shelf of their kind, compared with those of other designs."""
    chance = np.random.default_rng(0)
    designs, kinds = np.array([one.design for one in shown]), np.array([one.kind for one in shown])
    vectors, own, strange = looks.vectors, [], []
    for kind in np.unique(kinds):
        shelf = np.flatnonzero(kinds == kind)
        for picture in shelf:
            others = shelf[designs[shelf] != designs[picture]]
            if len(others) >= CATEGORY_LEAST:
                own.append(float((vectors[picture] @ vectors[others].T).max()))
        if len(shelf) > CATEGORY_LEAST:
            intruders = chance.choice(np.flatnonzero(kinds != kind), INTRUDERS * 4)
            strange += (vectors[intruders] @ vectors[shelf].T).max(axis=1).tolist()
    return _scores(own, strange, _of_chance(designs, vectors, chance))


def _objects(designs: NDArray[np.str_], chance: np.random.Generator) -> list[NDArray[np.int64]]:
    objects = []
    for design in np.unique(designs):
        members = chance.permutation(np.flatnonzero(designs == design))
        objects += [members[start : start + OBJECT] for start in range(0, len(members), OBJECT)]
    return [one for one in objects if len(one) >= PICTURES_LEAST]


def _of_chance(designs: NDArray[np.str_], vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray:  # type: ignore[type-arg]
    left, right = chance.integers(0, len(designs), size=(2, PAIRS))
    apart = designs[left] != designs[right]
    return (vectors[left] * vectors[right]).sum(axis=1)[apart]


def _scores(own: list[float], strange: list[float], of_chance: NDArray) -> dict[float, Score]:  # type: ignore[type-arg]
    levels = {share: float(np.quantile(of_chance, share)) for share in SHARES}
    return {
        share: Score.of_shop(float(np.mean(np.array(strange) < level)), float(np.mean(np.array(own) < level)))
        for share, level in levels.items()
    }
