"""From picture files to squares of pixels in memory, so that a step of training reads no file."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from tools.train.device import here

SIDE = 256
"""Pixels each way of what is kept of a picture: more than any step looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Pictures squeezed into squares, with what is known of each."""

    pixels: torch.Tensor
    """uint8, shape (pictures, 3, SIDE, SIDE)."""
    aspects: torch.Tensor
    """Width over height of each picture, float32."""
    labels: torch.Tensor
    """A class, or -1 where none is known, int64."""

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, chosen: torch.Tensor) -> Store:
        """Return these pictures alone."""
        return Store(pixels=self.pixels[chosen], aspects=self.aspects[chosen], labels=self.labels[chosen])


def join_stores(*stores: Store) -> Store:
    """Return one store of several; labels keep their meaning."""
    return Store(
        pixels=torch.cat([store.pixels for store in stores]),
        aspects=torch.cat([store.aspects for store in stores]),
        labels=torch.cat([store.labels for store in stores]),
    )


def read_store(files: list[Path], labels: list[int] | None = None) -> Store:
    """Decode every file; raises what Pillow raises for one that is no picture."""
    # By numpy: torch would share each copy among threads, who wait for one another on a busy machine.
    pixels = np.empty((len(files), 3, SIDE, SIDE), dtype=np.uint8)
    aspects = []
    for place, file in enumerate(tqdm(files, desc="read", unit="picture", disable=None)):
        with Image.open(file) as opened:
            image = opened.convert("RGB")
        aspects.append(image.width / image.height)
        square = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        pixels[place] = square.transpose(2, 0, 1)
    known = torch.tensor(labels or [-1] * len(files))
    return Store(pixels=here(torch.from_numpy(pixels)), aspects=torch.tensor(aspects), labels=known)


def read_rows(file: Path) -> list[dict[str, str]]:
    """Return the lines of a CSV with a heading."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def read_pictures(folder: Path, split: str = "train") -> Store:
    """Read one split of a folder with an `images.csv` (image, label, split), or every picture of any other folder."""
    if not (folder / "images.csv").exists():
        return read_store(sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES))
    rows = [row for row in read_rows(folder / "images.csv") if row["split"] == split]
    known = sorted({row["label"] for row in read_rows(folder / "images.csv")} - {"Not sure", "Skip", "Other"})
    labels = [known.index(row["label"]) if row["label"] in known else -1 for row in rows]
    return read_store([folder / row["image"] for row in rows], labels)


def read_shop(folder: Path) -> tuple[Store, list[str]]:
    """Read the shop pictures of a `catalog.csv` (sku, image), labelled by place; returns the skus too."""
    rows = read_rows(folder / "catalog.csv")
    return read_store([folder / row["image"] for row in rows], list(range(len(rows)))), [row["sku"] for row in rows]


def read_photos(folder: Path, name: str, skus: list[str]) -> Store:
    """Read the phone photos of a CSV (photo, sku), labelled by the place of their sku."""
    rows = read_rows(folder / name)
    return read_store([folder / row["photo"] for row in rows], [skus.index(row["sku"]) for row in rows])


def write_photos_of(skus: Collection[str], folder: Path, name: str, out: Path) -> None:
    """Write the lines of a CSV (photo, sku) that are of these goods to another, each photo by its whole path."""
    with out.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["photo", "sku"])
        for row in read_rows(folder / name):
            if row["sku"] in skus:
                lines.writerow([(folder / row["photo"]).resolve(), row["sku"]])
