"""Vectors of real pictures, repeated up to the size with the disturbances that copies of a picture really have."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance
from tqdm import tqdm

from benchmarks.vectors.processes import in_a_process

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_CACHE = Path("var/benchmarks")
_BATCH = 16
_DISTURBED = 600
# Queries are pictures of which no row was made.
_HELD_OUT = 10


class Pictures:
    """Rows near the vectors of pictures; queries are other pictures of the same folders as they are."""

    def __init__(self, folders: list[Path], weights: str) -> None:
        paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
        if len(paths) < _HELD_OUT:
            raise SystemExit(f"Expected pictures in {', '.join(map(str, folders))}, found {len(paths)}.")
        vectors, self._differences, embedder = _embedded(paths, weights)
        # Neighbours in a folder may show the same article, so whole runs of them are held out.
        held_out = (np.arange(len(vectors)) // 50) % _HELD_OUT == 0
        self._known, self._queries = vectors[~held_out], vectors[held_out]
        self.name = f"{len(vectors)} pictures, {embedder}"
        self.dimensions = vectors.shape[1]

    def rows(self, block: int, count: int) -> np.ndarray:
        """Return pictures with noise whose covariance is that of real disturbances."""
        random = np.random.default_rng([7, block])
        weights = random.standard_normal((count, len(self._differences)), dtype=np.float32)
        noise = weights @ self._differences / np.float32(len(self._differences) ** 0.5)
        return _unit(self._known[random.integers(0, len(self._known), count)] + noise)

    def queries(self, count: int) -> np.ndarray:
        return self._queries[np.random.default_rng(8).permutation(len(self._queries))[:count]]


def _embedded(paths: list[Path], weights: str) -> tuple[np.ndarray, np.ndarray, str]:
    """Return a vector for each picture and what disturbing some of them changes; kept from run to run."""
    from visualsearch.embedders import load_embedder

    fingerprint = load_embedder(weights).fingerprint
    key = blake2b("\n".join([fingerprint, *map(str, paths)]).encode(), digest_size=8).hexdigest()
    kept = _CACHE / f"{key}.npz"
    if not kept.exists():
        vectors, differences = in_a_process(_embed, paths, weights).answer
        _CACHE.mkdir(parents=True, exist_ok=True)
        np.savez(kept, vectors=vectors, differences=differences)
    with np.load(kept) as arrays:
        return arrays["vectors"], arrays["differences"], fingerprint


def _embed(paths: list[Path], weights: str) -> tuple[np.ndarray, np.ndarray]:
    from visualsearch.embedders import load_embedder

    embedder, random = load_embedder(weights), np.random.default_rng(5)
    vectors = np.concatenate(list(_vectors(embedder, paths, lambda image: image)))
    chosen = np.sort(random.choice(len(paths), min(len(paths), _DISTURBED), replace=False))
    some = [paths[number] for number in chosen]
    disturbed = np.concatenate(list(_vectors(embedder, some, lambda image: _disturb(image, random))))
    return vectors, disturbed - vectors[chosen]


def _vectors(embedder: Any, paths: list[Path], change: Any) -> Iterator[np.ndarray]:
    from visualsearch.images import open_image

    for start in tqdm(range(0, len(paths), _BATCH), desc="embed", unit="batch"):
        batch = [change(open_image(path, longest_side=embedder.longest_side)) for path in paths[start : start + _BATCH]]
        yield embedder.embed(batch)


def _disturb(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Return the picture as another shop may have it: cut a little, in other light, turned a little, saved badly."""
    left, top, right, bottom = random.uniform(0, 0.08, 4)
    box = (left * image.width, top * image.height, (1 - right) * image.width, (1 - bottom) * image.height)
    other = image.crop(tuple(map(round, box))).rotate(random.uniform(-4, 4), fillcolor="white")
    other = ImageEnhance.Color(ImageEnhance.Brightness(other).enhance(random.uniform(0.8, 1.2))).enhance(1.1)
    file = BytesIO()
    other.save(file, "JPEG", quality=int(random.integers(40, 90)))
    return Image.open(file).convert("RGB")


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
