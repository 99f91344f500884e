"""Pictures with what they show, their vectors and hashes, in two halves: one to choose bounds on, one to measure."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from visualsearch.hashing import perceptual_hash
from visualsearch.images import Box, crop, open_image
from visualsearch.search.photos import see

BATCH = 16
LONGEST_SIDE = 640


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, the design that it shows and the kind of thing that this is."""

    path: Path
    design: str
    kind: str
    box: Box | None = None
    """The part that a shopper marks."""

    @property
    def is_for_choosing(self) -> bool:
        """Tell whether bounds may be chosen on it: half of the designs, with all their pictures."""
        return zlib.crc32(self.design.encode()) % 2 == 0


@dataclass(frozen=True, slots=True)
class Looks:
    """What an embedder and the perceptual hash make of pictures."""

    vectors: NDArray[np.float32]
    """At unit length, shape (n, dimensions)."""
    hashes: NDArray[np.uint64]

    def bits_from(self, other: Looks) -> NDArray[np.uint8]:
        """Return in how many bits the hashes differ, shape (n, m)."""
        return np.bitwise_count(self.hashes[:, None] ^ other.hashes[None, :])


def read_goods(folder: Path) -> tuple[list[Shown], list[Shown]]:
    """Return the demo shop's pictures and the photos of its goods."""
    rows = _rows(folder / "catalog.csv")
    design = {row["sku"]: row["group"] or row["sku"] for row in rows}
    kind = {row["sku"]: row["category"] for row in rows}
    pictures = [Shown(folder / row["image"], design[row["sku"]], kind[row["sku"]]) for row in rows]
    photos = [
        Shown(folder / row["photo"], design[row["sku"]], kind[row["sku"]], _box(row["box"]))
        for row in _rows(folder / "photos.csv")
    ]
    return pictures, photos


def read_groceries(folder: Path) -> tuple[list[Shown], list[Shown]]:
    """Return two sets of photos of groceries: one stands for a shop's pictures, of which there are too few."""
    kind = {row["sku"]: row["category"] for row in _rows(folder / "catalog.csv")}
    parts = [_rows(folder / f"photos_{part}.csv") for part in ("train", "test")]
    train, test = ([Shown(folder / row["photo"], row["sku"], kind[row["sku"]]) for row in part] for part in parts)
    return train, test


def look_at(embedder: Any, images: Sequence[Image.Image]) -> Looks:
    """Return what is made of images."""
    starts = range(0, len(images), BATCH)
    vectors = np.concatenate([embedder.embed(list(images[start : start + BATCH])) for start in starts])
    hashes = [perceptual_hash(image) & (2**64 - 1) for image in images]
    return Looks(vectors.astype(np.float32), np.array(hashes, dtype=np.uint64))


def see_photos(embedder: Any, photos: Sequence[Shown]) -> NDArray[np.float32]:
    """Return what searches with photos, or with the marked parts of them, see; unit vectors, shape (n, dimensions)."""
    images = zip(photos, open_all(photos), strict=True)
    return np.stack([see(embedder, [image], [photo.box])[0].vector for photo, image in images])


def open_all(shown: Iterable[Shown]) -> list[Image.Image]:
    """Return the images, or the parts of them that are marked."""
    return [_open(one) for one in tqdm(list(shown), unit="picture", disable=None)]


def _open(shown: Shown) -> Image.Image:
    if shown.box is None:
        return open_image(shown.path, longest_side=LONGEST_SIDE)
    return crop(open_image(shown.path), shown.box)


def some_of(shown: Sequence[Shown], most: int) -> list[Shown]:
    """Return at most so many, whole designs, the same ones each time."""
    by_design: dict[str, list[Shown]] = {}
    for one in shown:
        by_design.setdefault(one.design, []).append(one)
    designs = sorted(by_design, key=lambda design: zlib.crc32(design[::-1].encode()))
    chosen: list[Shown] = []
    for design in designs:
        if len(chosen) < most:
            chosen += by_design[design]
    return chosen


def _box(text: str) -> Box:
    return Box(*(float(number) for number in text.split(",")))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
