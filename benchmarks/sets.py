"""Measure embedders on garments, their types and disturbed copies of them: `python -m benchmarks.sets --help`.

    python -m benchmarks.sets products-4 ../shared/weights/resnet50-kill-the-bits.safetensors \\
        benchmarks.embedders.mobilenet.MobileNetEmbedder --pictures ../shared/data/clothing/images.csv

The CSV has the columns image, label and split. `types`: the share of the pictures of the split whose nearest picture of
another split has the same label. `copies`: pictures of the split, disturbed as phones do, against 3,000 others. Both
are searched with as pictures of a shop are, by one pass, and as photos are that strangers take (`as photos`). `as
answered` is the latter with copies that are recognised among the nearest put first, as a search answers.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.machine import describe, publish

PACKAGES = ("numpy", "openvino", "pillow", "torch")
COPIES = ("crop", "rotation", "jpeg", "light", "mirror", "background")
UNKNOWN = {"Not sure", "Skip", "Other"}
OTHERS = 3000
LONGEST_SIDE = 640
_BATCH = 16


def main() -> None:
    """Measure, print, and write the file where asked."""
    arguments = _parse()
    report = {"machine": describe(*PACKAGES), "results": measure(arguments)}
    publish(report, arguments.json)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embedders", nargs="+", help="names, paths of weights, dotted paths")
    parser.add_argument("--pictures", type=Path, default=Path("../shared/data/clothing/images.csv"))
    parser.add_argument("--split", default="validation")
    parser.add_argument("--copies", type=int, default=200, help="pictures of the split that are disturbed")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the figures of each embedder."""
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=["visualsearch"], VISUALSEARCH={"ENGINE": arguments.engine})
    django.setup()
    from visualsearch.embedders import load_embedder

    with arguments.pictures.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    paths = [arguments.pictures.parent / row["image"] for row in rows]
    labels = np.array([row["label"] for row in rows])
    asked = np.array([row["split"] == arguments.split for row in rows])
    return [_measure_one(load_embedder(name), paths, labels, asked, arguments.copies) for name in arguments.embedders]


def _measure_one(embedder: Any, paths: list[Path], labels: np.ndarray, asked: np.ndarray, count: int) -> dict[str, Any]:
    from visualsearch.images import open_image

    vectors = _embed(embedder, [open_image(path, longest_side=embedder.longest_side) for path in tqdm(paths)])
    random = np.random.default_rng(1)
    copied = random.choice(np.flatnonzero(asked), count, replace=False)
    others = random.choice(np.setdiff1d(np.arange(len(paths)), copied), OTHERS, replace=False)
    catalogue = np.concatenate([vectors[copied], vectors[others]])
    stock = [paths[place] for place in (*copied, *others)]
    images = [open_image(paths[place], longest_side=LONGEST_SIDE) for place in copied]
    known = ~np.isin(labels, list(UNKNOWN))
    queries, pool = np.flatnonzero(asked & known), np.flatnonzero(~asked & known)

    def find_types(seen: np.ndarray) -> float:
        nearest = (seen @ vectors[pool].T).argmax(axis=1)
        return round(float(np.mean(labels[pool][nearest] == labels[queries])), 4)

    def first(image: Any, scores: np.ndarray) -> int:
        return int(scores.argmax())

    photos = _see(embedder, (open_image(paths[place], longest_side=LONGEST_SIDE) for place in queries))
    return {
        "embedder": Path(embedder.name).stem,
        "types": find_types(vectors[queries]),
        "copies": _find_copies(partial(_embed, embedder), images, catalogue, first),
        "as photos": {
            "types": find_types(photos),
            "copies": _find_copies(partial(_see, embedder), images, catalogue, first),
        },
        "as answered": {"copies": _find_copies(partial(_see, embedder), images, catalogue, _Answers(embedder, stock))},
    }


def _find_copies(
    see: Callable[[list[Any]], np.ndarray],
    images: list[Any],
    catalogue: np.ndarray,
    first: Callable[[Any, np.ndarray], int],
) -> dict[str, float]:
    """Return how often copies find their picture, which stands at the same place of the catalogue."""
    from visualsearch.search.disturbances import disturb

    found = {}
    for kind in COPIES:
        copies = [disturb(image, kind, seed=1) for image in images]
        nearest = [first(copy, row) for copy, row in zip(copies, see(copies) @ catalogue.T, strict=True)]
        found[kind] = round(float(np.mean(nearest == np.arange(len(images)))), 4)
    return {**found, "mean": round(float(np.mean(list(found.values()))), 4)}


class _Answers:
    """Puts what is recognised as the same picture before what is nearer, among as many as a search looks at."""

    def __init__(self, embedder: Any, stock: list[Path]) -> None:
        from visualsearch.search.calibration import get_prior

        prior = get_prior(embedder.fingerprint)
        self._least = prior.units.copy if prior else None
        self._stock = stock

    def __call__(self, image: Any, scores: np.ndarray) -> int:
        from visualsearch.images import open_image
        from visualsearch.search.judging import JUDGED
        from visualsearch.search.same_picture import is_same_picture

        nearest = np.argsort(-scores)[: JUDGED if self._least is not None else 1]
        for place in nearest:
            if scores[place] >= (self._least or -1.0) and is_same_picture(image, open_image(self._stock[place])):
                return int(place)
        return int(nearest[0])


def _see(embedder: Any, photos: Iterable[Any]) -> np.ndarray:
    from visualsearch.search.photos import see_photo

    return np.stack([see_photo(embedder, photo).vector for photo in tqdm(photos, desc=embedder.name[-40:])])


def _embed(embedder: Any, images: list[Any]) -> np.ndarray:
    starts = tqdm(range(0, len(images), _BATCH), desc=embedder.name[-40:], unit="batch", disable=None)
    return np.concatenate([embedder.embed(images[start : start + _BATCH]) for start in starts])


if __name__ == "__main__":
    main()
