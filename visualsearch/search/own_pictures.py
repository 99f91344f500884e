"""One of the shop's own pictures as what is searched with: its vector is known, and the file need not be opened."""

from __future__ import annotations

from typing import Any

import numpy as np

from visualsearch.models import Embedding, serving_embedder, space_of
from visualsearch.search.seen import Seen
from visualsearch.sources import Picture, VisualSource
from visualsearch.vectors import normalise, unpack


def seen_of(source: VisualSource, obj: Any, picture: Picture) -> Seen | None:
    """Return what is stored of a picture of the object; None where it is not searchable yet, or no longer as it is.

    Whoever searches with the address of a picture would else have it decoded as often as they like. Raises
    EmbedderUnavailable.
    """
    space = space_of(source.name, serving_embedder())
    rows = Embedding.objects.of_space(space).ready().filter(object_key=str(obj.pk), picture_key=picture.key)
    stored = rows.filter(picture_name=picture.name).values_list("vector", flat=True).first()
    if not stored:
        return None
    vector = unpack([bytes(stored)], space.dimensions).astype(np.float32)
    return Seen(fingerprint=space.fingerprint, vector=normalise(vector), copies=frozenset([picture.name]))
