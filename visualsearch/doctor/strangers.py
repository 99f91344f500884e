"""Pictures that are no more like the others of their object than like those of any other object."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from visualsearch.doctor.patients import Patient, Ward
from visualsearch.models import Finding, FindingKind

PAIRS = 2_000
"""Pairs of pictures of different objects that say how like strangers are in this shop."""

FEWEST = 100
"""Such pairs without which nothing is said."""

PICTURES_LEAST = 3
"""Of two pictures that are unlike nobody knows which one is wrong."""

STRANGERS = 0.75
"""Share of the strangers that a picture is less like its nearest sibling than: it might as well be another object's."""


def find_strangers(ward: Ward) -> Iterator[Finding]:
    """Yield each picture whose nearest sibling is as far as strangers are."""
    level = stranger_level(ward)
    if level is None:
        return
    ordered = sorted(ward.patients.values(), key=lambda patient: (patient.object_key, patient.id))
    for _, group in groupby(ordered, key=lambda patient: patient.object_key):
        siblings = list(group)
        if len(siblings) >= PICTURES_LEAST:
            yield from _unlike(ward, siblings, level)


def stranger_level(ward: Ward) -> float | None:
    """Return the cosine that a part STRANGERS of chance pairs of different objects stays below; None for too few."""
    patients = list(ward.patients.values())
    if len(patients) < PICTURES_LEAST:
        return None
    # The same pairs each time, so that the same shop has the same findings.
    places = np.random.default_rng(0).integers(0, len(patients), size=(PAIRS, 2))
    pairs = [(patients[a], patients[b]) for a, b in places if ward.group_of(patients[a]) != ward.group_of(patients[b])]
    if len(pairs) < FEWEST:
        return None
    left, right = (ward.vectors([pair[side].id for pair in pairs]) for side in (0, 1))
    return float(np.quantile((left * right).sum(axis=1), STRANGERS))


def _unlike(ward: Ward, siblings: list[Patient], level: float) -> Iterator[Finding]:
    vectors = ward.vectors([patient.id for patient in siblings])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    nearest = cosines.argmax(axis=1)
    for place, patient in enumerate(siblings):
        score = float(cosines[place, nearest[place]])
        if score < level:
            other = siblings[int(nearest[place])]
            yield Finding(
                kind=FindingKind.STRANGER,
                object_key=patient.object_key,
                picture_key=patient.picture_key,
                other_object_key=other.object_key,
                other_picture_key=other.picture_key,
                score=round(score, 4),
                words=f"Pictures of different objects reach {level:.2f}; its nearest sibling is at {score:.2f}.",
            )
