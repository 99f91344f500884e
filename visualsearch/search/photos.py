"""What a photo shows that somebody took: the whole of it, and its subject once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualsearch.embedders import Embedder
from visualsearch.images import Box, crop
from visualsearch.search.boxes import suggest_boxes
from visualsearch.vectors import Vectors, normalise

Vector = NDArray[np.float32]

SUBJECT_SHARE = 0.3
"""What the subject alone counts beside the whole photo, 0 to 1; docs/training.md has what others find."""

_SAME = 0.002
"""Difference of two boxes, in fractions of a photo, that is rounding alone."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a region of a photo shows."""

    vector: Vector
    """Unit vector, shape (dimensions,)."""
    boxes: tuple[Box, ...] = ()
    """Where things likely are, the subject first; of a whole photo alone."""


def see(
    embedder: Embedder, regions: Sequence[Image.Image], boxes: Sequence[Box | None], *, closer: bool = True
) -> list[Sight]:
    """Return what each region of one photo shows, its box None for the whole photo.

    What a photo was taken of is often small in it, where a shop's picture shows it large. Where the embedder proposes
    regions, the whole photo's vector is therefore drawn towards that of its subject, which takes another pass, unless
    the subject is among the regions; but not for a picture of the shop's own (`closer` is false), which is searched
    with as it stands in the index. Raises EmbedderUnavailable.
    """
    looks = embedder.look(regions)
    known = [(box, look.vector) for box, look in zip(boxes, looks, strict=True) if box]
    sights = []
    for region, box, look in zip(regions, boxes, looks, strict=True):
        suggested = () if box else suggest_boxes(look)
        if closer and suggested and look.regions is not None:
            vector = _with_subject(embedder, region, look.vector, suggested[0], known)
        else:
            vector = look.vector
        sights.append(Sight(vector, suggested))
    return sights


def see_photo(embedder: Embedder, photo: Image.Image) -> Sight:
    """Return what a whole photo shows; raises EmbedderUnavailable."""
    return see(embedder, [photo], [None])[0]


def see_several(embedder: Embedder, photos: Sequence[Image.Image], own: Sequence[bool]) -> Vectors:
    """Return what each of several photos shows, shape (photos, dimensions); those of the shop's own as they stand.

    Raises EmbedderUnavailable.
    """
    vectors = np.empty((len(photos), embedder.dimensions), np.float32)
    for closer in (True, False):
        places = [place for place, is_own in enumerate(own) if is_own is not closer]
        if places:
            sights = see(embedder, [photos[place] for place in places], [None] * len(places), closer=closer)
            vectors[places] = [sight.vector for sight in sights]
    return vectors


def _with_subject(
    embedder: Embedder, photo: Image.Image, whole: Vector, subject: Box, known: Sequence[tuple[Box, Vector]]
) -> Vector:
    seen = [vector for box, vector in known if _is_same(box, subject)]
    nearer = seen[0] if seen else embedder.embed([crop(photo, subject)])[0]
    both = (1 - SUBJECT_SHARE) * whole + SUBJECT_SHARE * nearer
    return np.asarray(normalise(both[None])[0])


def _is_same(one: Box, other: Box) -> bool:
    return all(abs(mine - its) < _SAME for mine, its in zip(astuple(one), astuple(other), strict=True))
