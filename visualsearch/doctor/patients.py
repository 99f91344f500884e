"""The searchable pictures of a source as they are examined: keys, hashes, and vectors when they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.indexes.base import Space
from visualsearch.models import Embedding, current_space
from visualsearch.sources import VisualSource
from visualsearch.sources.hooks import category_of, group_of
from visualsearch.sources.shown import each_shown
from visualsearch.vectors import unpack

CHUNK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One searchable picture."""

    id: int
    object_key: str
    picture_key: str
    digest: str
    perceptual_hash: int


class Ward:
    """All searchable pictures of a source, of objects that shoppers may find."""

    def __init__(self, source: VisualSource) -> None:
        self.source = source
        self.space: Space = current_space(source.name)
        self._groups: dict[str, str] = {}
        self._categories: dict[str, str] = {}
        for obj in each_shown(source, chunk=CHUNK):
            self._groups[str(obj.pk)] = group_of(source, obj)
            self._categories[str(obj.pk)] = category_of(source, obj)
        self.patients = {patient.id: patient for patient in self._read() if patient.object_key in self._groups}

    def group_of(self, patient: Patient) -> str:
        """Return what variants of one thing share."""
        return self._groups[patient.object_key]

    def category_of(self, patient: Patient) -> str:
        """Return the shelf of the object, empty where it has none."""
        return self._categories[patient.object_key]

    def chunks(self) -> Iterator[tuple[list[Patient], NDArray[np.float32]]]:
        """Yield the pictures in the order of their objects, with their vectors, shape (n, dimensions)."""
        ordered = sorted(self.patients.values(), key=lambda patient: (patient.object_key, patient.id))
        for start in range(0, len(ordered), CHUNK):
            part = ordered[start : start + CHUNK]
            yield part, self.vectors([patient.id for patient in part])

    def vectors(self, ids: list[int]) -> NDArray[np.float32]:
        """Return the vectors of these pictures at unit length, shape (n, dimensions), in their order."""
        stored: dict[int, Any] = dict(Embedding.objects.filter(pk__in=ids).values_list("pk", "vector"))
        rows = unpack([bytes(stored[one]) for one in ids], self.space.dimensions).astype(np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def _read(self) -> Iterator[Patient]:
        rows = Embedding.objects.of_space(self.space).ready().order_by("pk")
        fields = rows.values_list("pk", "object_key", "picture_key", "digest", "perceptual_hash")
        for pk, object_key, picture_key, digest, perceptual_hash in fields.iterator(CHUNK):
            yield Patient(
                id=pk,
                object_key=object_key,
                picture_key=picture_key,
                digest=digest,
                perceptual_hash=perceptual_hash or 0,
            )
