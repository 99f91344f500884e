"""Pictures that are no more like the others of their object or category than like those of any other object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from visualsearch.doctor.patients import CHUNK, Patient, Ward
from visualsearch.models import Finding, FindingKind

PAIRS = 2_000
"""Pairs of pictures of different objects that say how like strangers are in this shop."""

FEWEST = 100
"""Such pairs without which nothing is said."""

PICTURES_LEAST = 3
"""Of two pictures that are unlike nobody knows which one is wrong."""

STRANGERS, STRANGERS_ON_SHELF = 0.6, 0.8
"""Share of the strangers that a picture is less like its nearest sibling than, or the nearest of its category.

It might as well be another object's. Chosen by `benchmarks.bounds`, as docs/admin.md says.
"""

CATEGORY_LEAST, CATEGORY_MOST = 20, 500
"""Fewest other pictures of a category that one is compared with, and the most: of a larger one some are drawn."""


def find_strangers(ward: Ward) -> Iterator[Finding]:
    """Yield each picture whose nearest sibling, or the nearest of its category, is as far as strangers are."""
    levels = stranger_levels(ward)
    if levels is not None:
        yield from _among_siblings(ward, levels[0])
        yield from _in_categories(ward, levels[1])


def _among_siblings(ward: Ward, level: float) -> Iterator[Finding]:
    ordered = sorted(ward.patients.values(), key=lambda patient: (patient.object_key, patient.id))
    for _, group in groupby(ordered, key=lambda patient: patient.object_key):
        siblings = list(group)
        if len(siblings) >= PICTURES_LEAST:
            yield from _unlike(ward, siblings, level)


def stranger_levels(ward: Ward) -> tuple[float, float] | None:
    """Return the cosines that these shares of chance pairs of different objects stay below; None for too few pairs."""
    patients = list(ward.patients.values())
    if len(patients) < PICTURES_LEAST:
        return None
    # The same pairs each time, so that the same shop has the same findings.
    places = np.random.default_rng(0).integers(0, len(patients), size=(PAIRS, 2))
    pairs = [(patients[a], patients[b]) for a, b in places if ward.group_of(patients[a]) != ward.group_of(patients[b])]
    if len(pairs) < FEWEST:
        return None
    left, right = (ward.vectors([pair[side].id for pair in pairs]) for side in (0, 1))
    cosines = (left * right).sum(axis=1)
    return float(np.quantile(cosines, STRANGERS)), float(np.quantile(cosines, STRANGERS_ON_SHELF))


def _unlike(ward: Ward, siblings: list[Patient], level: float) -> Iterator[Finding]:
    vectors = ward.vectors([patient.id for patient in siblings])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    nearest = cosines.argmax(axis=1)
    for place, patient in enumerate(siblings):
        score = float(cosines[place, nearest[place]])
        if score < level:
            yield _finding(patient, siblings[int(nearest[place])], score, level, "its nearest sibling")


def _in_categories(ward: Ward, level: float) -> Iterator[Finding]:
    shelves: dict[str, list[Patient]] = defaultdict(list)
    for patient in ward.patients.values():
        if category := ward.category_of(patient):
            shelves[category].append(patient)
    for shelf in shelves.values():
        drawn = np.random.default_rng(0).permutation(len(shelf))[:CATEGORY_MOST]
        sample = [shelf[place] for place in drawn]
        vectors = ward.vectors([patient.id for patient in sample])
        for start in range(0, len(shelf), CHUNK):
            yield from _unlike_shelf(ward, shelf[start : start + CHUNK], sample, vectors, level)


def _unlike_shelf(
    ward: Ward, patients: list[Patient], sample: list[Patient], vectors: NDArray[np.float32], level: float
) -> Iterator[Finding]:
    cosines = ward.vectors([patient.id for patient in patients]) @ vectors.T
    owners = np.array([patient.object_key for patient in sample])
    for patient, row in zip(patients, cosines, strict=True):
        others = np.flatnonzero(owners != patient.object_key)
        if len(others) >= CATEGORY_LEAST and (score := float(row[others].max())) < level:
            other = sample[int(others[row[others].argmax()])]
            yield _finding(patient, other, score, level, "the nearest of its category")


def _finding(patient: Patient, other: Patient, score: float, level: float, compared: str) -> Finding:
    return Finding(
        kind=FindingKind.STRANGER,
        object_key=patient.object_key,
        picture_key=patient.picture_key,
        other_object_key=other.object_key,
        other_picture_key=other.picture_key,
        score=round(score, 4),
        words=f"Pictures of different objects reach {level:.2f}; {compared} is at {score:.2f}.",
    )
