"""Measure what the suggested boxes are worth in photos of furnished rooms: `python -m benchmarks.boxes --help`.

    python -m benchmarks.boxes products-5 --catalogue catalog/demo/goods/catalog.csv --grounds ../shared/data/clothing
    python -m benchmarks.boxes products-5 --catalogue ... --photos catalog/demo/goods/photos.csv

Rooms are composed of pictures of a catalogue's products, so that it is known what stands where (`--grounds`); or they
are photos with known answers (`--photos`). One answer a photo: over all crops of a way the product with the highest
cosine, right where it stands in the room. Beside the suggested boxes the whole photo is measured, by one pass and as a
search sees it, and crops in a regular grid, that look at everything and know nothing. Of composed rooms it also says
which share of the things has a box around it (intersection over union of a half).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from benchmarks.machine import describe, publish
from benchmarks.photos.rooms import Placed, Room, furnish
from benchmarks.quality import Shelf
from visualsearch.images import Box, crop, open_image

PACKAGES = ("numpy", "openvino", "pillow", "torch")
WHOLE = Box(0, 0, 1, 1)
BOXED_FROM = 0.5
"""Intersection over union from which on a box is around a thing."""


def grid(part: float, steps: int) -> list[Box]:
    """Return crops of this share of each side, so many each way."""
    places = np.linspace(0, 1 - part, steps)
    return [Box(float(x), float(y), part, part) for y in places for x in places]


WAYS = {
    "whole photo": [WHOLE],
    "10 crops in a grid": [WHOLE, *grid(1 / 2, 3)],
    "35 crops in a grid": [WHOLE, *grid(1 / 2, 3), *grid(1 / 3, 5)],
}


def main() -> None:
    """Measure, print, and write the file where asked."""
    arguments = _parse()
    report = {"machine": describe(*PACKAGES), "results": measure(arguments)}
    publish(report, arguments.json)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedders", nargs="+", help="names, paths of weights, dotted paths")
    parser.add_argument("--catalogue", type=Path, required=True, help="a CSV with the columns image and sku")
    parser.add_argument(
        "--photos", type=Path, help="a CSV with the columns photo and sku, of photos with a right answer"
    )
    parser.add_argument("--grounds", type=Path, help="a folder of photos, for surfaces of composed rooms")
    parser.add_argument("--count", type=int, default=191, help="products for composed rooms, taken evenly")
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    if bool(arguments.photos) == bool(arguments.grounds):
        parser.error("expected either --photos or --grounds")
    return arguments


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the share of rooms where each way finds a product that stands there."""
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=["visualsearch"], VISUALSEARCH={"ENGINE": arguments.engine})
    django.setup()
    from visualsearch.embedders import load_embedder

    products, rooms = _photographed(arguments) if arguments.photos else _composed(arguments)
    return [
        {"embedder": Path(name).stem, **measure_one(load_embedder(name), products, rooms)}
        for name in arguments.embedders
    ]


def measure_one(embedder: Any, products: list[Image.Image], rooms: list[Room]) -> dict[str, Any]:
    """Return each way's share of right answers, and how many boxes are suggested on average."""
    from visualsearch.search.photos import see_photo

    catalogue = np.concatenate([embedder.embed(products[start : start + 16]) for start in range(0, len(products), 16)])
    rights: dict[str, list[bool]] = {}
    counts = []
    boxed: list[bool] = []
    for room in tqdm(rooms, desc="rooms", disable=None):
        sight = see_photo(embedder, room.photo)
        boxes = list(sight.boxes)
        counts.append(len(boxes))
        ways = WAYS | {f"whole photo and {most} boxes": [WHOLE, *boxes[:most]] for most in (1, 2, 4)}
        ways |= {"boxes alone": boxes or [WHOLE]}
        standing = {one.product for one in room.placed}
        known = [one.box for one in room.placed if one.box != WHOLE]
        boxed += [any(_overlap(place, box) >= BOXED_FROM for box in boxes) for place in known]
        found = {way: embedder.embed([crop(room.photo, box) for box in crops]) for way, crops in ways.items()}
        for way, vectors in (found | {"photo as searched": sight.vector[None]}).items():
            rights.setdefault(way, []).append(int((vectors @ catalogue.T).max(axis=0).argmax()) in standing)
    report: dict[str, Any] = {"boxes": round(float(np.mean(counts)), 2)}
    if boxed:
        report["things with a box"] = round(float(np.mean(boxed)), 4)
    return report | {"right": {way: round(float(np.mean(right)), 4) for way, right in rights.items()}}


def _overlap(one: Box, other: Box) -> float:
    """Return the intersection over union."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(wide, 0) * max(high, 0)
    return both / (one.width * one.height + other.width * other.height - both)


def _composed(arguments: argparse.Namespace) -> tuple[list[Image.Image], list[Room]]:
    products = [open_image(path, longest_side=320) for path in _even(_first_pictures(arguments), arguments.count)]
    grounds = [open_image(path, longest_side=320) for path in _even(_photos_in(arguments.grounds), 100)]
    random = np.random.default_rng(arguments.seed)
    return products, [furnish(random, products, grounds) for _ in range(arguments.rooms)]


def _photographed(arguments: argparse.Namespace) -> tuple[list[Image.Image], list[Room]]:
    """Return the pictures of a catalogue, and photos with every picture of the product that each is of."""
    shelf, asked = Shelf.read(arguments.catalogue, "image"), Shelf.read(arguments.photos, "photo")
    products = [open_image(path, longest_side=320) for path in shelf.paths]
    return products, [
        Room(
            open_image(path, longest_side=640),
            tuple(Placed(int(place), WHOLE) for place in (shelf.skus == sku).nonzero()[0]),
        )
        for path, sku in zip(asked.paths, asked.skus, strict=True)
    ]


def _first_pictures(arguments: argparse.Namespace) -> list[Path]:
    """Return the first picture of each product of the catalogue."""
    shelf = Shelf.read(arguments.catalogue, "image")
    _, first = np.unique(shelf.skus, return_index=True)
    return [shelf.paths[place] for place in sorted(first)]


def _photos_in(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in (".jpg", ".png")]


def _even(paths: list[Path], count: int) -> list[Path]:
    return [paths[place] for place in np.linspace(0, len(paths) - 1, min(count, len(paths))).astype(int)]


if __name__ == "__main__":
    main()
