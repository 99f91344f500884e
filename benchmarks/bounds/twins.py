"""Listed twice? A copy of a picture in another size, quality or light, against pictures of other designs."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.bounds.pictures import Looks, Shown, look_at
from benchmarks.bounds.scores import Score
from visualsearch.search.disturbances import disturb

COSINES = (0.9, 0.92, 0.94, 0.95, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985, 0.99)
BITS = (2, 4, 6, 8, 10, 12)
KINDS = ("half the size", "jpeg", "light")
"""Copies that the doctor is to find: a crop or a mirrored picture has another hash, and is not promised."""

Bound = tuple[float, int]


def measure_twins(
    embedder: Any, shown: Sequence[Shown], images: Sequence[Image.Image], looks: Looks
) -> tuple[dict[Bound, Score], dict[str, dict[Bound, float]]]:
    """Return the scores of each bound, and the share of copies found by kind."""
    designs = np.array([one.design for one in shown])
    cosines, bits = looks.vectors @ looks.vectors.T, looks.bits_from(looks)
    others = np.triu(designs[:, None] != designs[None, :])
    recalls = {kind: _recalls(look_at(embedder, [_copy(image, kind) for image in images]), looks) for kind in KINDS}
    scores = {}
    for bound in ((cosine, most) for cosine in COSINES for most in BITS):
        false = np.count_nonzero(others & (cosines >= bound[0]) & (bits <= bound[1])) / len(shown)
        scores[bound] = Score.of_shop(float(np.mean([found[bound] for found in recalls.values()])), false)
    return scores, recalls


def _recalls(copies: Looks, looks: Looks) -> dict[Bound, float]:
    cosines = (copies.vectors * looks.vectors).sum(axis=1)
    bits = np.bitwise_count(copies.hashes ^ looks.hashes)
    return {(cosine, most): float(np.mean((cosines >= cosine) & (bits <= most))) for cosine in COSINES for most in BITS}


def _copy(image: Image.Image, kind: str) -> Image.Image:
    if kind != KINDS[0]:
        return disturb(image, kind, seed=1)
    buffer = BytesIO()
    image.resize((max(8, image.width // 2), max(8, image.height // 2))).save(buffer, "JPEG", quality=60)
    return Image.open(buffer).convert("RGB")
