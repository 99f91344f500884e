"""The same picture, or nearly the same, on objects that are no variants of one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from visualsearch.doctor.patients import Patient, Ward
from visualsearch.hashing import hamming
from visualsearch.models import Finding, FindingKind
from visualsearch.search.fallback import open_answering

BITS_MOST = 6
"""Bits of 64 in which the perceptual hashes of near-duplicates may differ: copies in another size or quality do."""

COSINE_LEAST = 0.97
"""Lowest cosine of near-duplicates: a hash alone finds like outlines, a vector alone like things.

Both bounds measured by `benchmarks.bounds`, as docs/admin.md says.
"""

NEAREST = 8
"""Pictures that each one is compared with."""


def find_shared(ward: Ward) -> Iterator[Finding]:
    """Yield the first two objects of each file that lies on objects of several groups."""
    by_digest: dict[str, list[Patient]] = defaultdict(list)
    for patient in ward.patients.values():
        by_digest[patient.digest].append(patient)
    for same in by_digest.values():
        first = same[0]
        others = [patient for patient in same if ward.group_of(patient) != ward.group_of(first)]
        if others:
            count = len({patient.object_key for patient in same})
            yield _finding(FindingKind.SHARED, first, others[0], 1.0, f"The same file on {count} objects.")


def find_twins(ward: Ward) -> Iterator[Finding]:
    """Yield pairs of objects, each once, whose pictures agree in perceptual hash and vector without being one file."""
    index, seen = open_answering(ward.space).index, set()
    for patients, vectors in ward.chunks():
        for patient, vector in zip(patients, vectors, strict=True):
            matches = index.search(vector[None], NEAREST)
            for row_id, score in zip(matches.ids.tolist(), matches.scores.tolist(), strict=True):
                other = ward.patients.get(row_id)
                if other is None or score < COSINE_LEAST or not _are_twins(ward, patient, other):
                    continue
                pair = frozenset((patient.object_key, other.object_key))
                if pair not in seen:
                    seen.add(pair)
                    bits = hamming(patient.perceptual_hash, other.perceptual_hash)
                    yield _finding(FindingKind.TWIN, patient, other, score, f"{bits} of 64 bits differ.")


def _are_twins(ward: Ward, one: Patient, other: Patient) -> bool:
    return (
        ward.group_of(one) != ward.group_of(other)
        and one.digest != other.digest
        and hamming(one.perceptual_hash, other.perceptual_hash) <= BITS_MOST
    )


def _finding(kind: FindingKind, one: Patient, other: Patient, score: float, words: str) -> Finding:
    return Finding(
        kind=kind,
        object_key=one.object_key,
        picture_key=one.picture_key,
        other_object_key=other.object_key,
        other_picture_key=other.picture_key,
        score=round(score, 4),
        words=words,
    )
