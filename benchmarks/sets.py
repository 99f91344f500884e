"""Measure embedders on garments, their types and disturbed copies of them: `python -m benchmarks.sets --help`.

    python -m benchmarks.sets products-5 benchmarks.embedders.mobilenet.MobileNetEmbedder \\
        --pictures ../shared/data/clothing/images.csv

The CSV has the columns image, label and split. `types`: the share of the pictures of the split whose nearest picture of
another split has the same label. `copies`: pictures of the split, disturbed as phones do, against 3,000 others. Both
are searched with as pictures of a shop are, by one pass, and as photos are that strangers take (`as photos`). `as
answered` is the latter with copies that are recognised among the nearest put first, as a search answers.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
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
    from visualsearch.search.calibration import get_prior
    from visualsearch.search.disturbances import disturb

    vectors = _embed(embedder, [open_image(path, longest_side=embedder.longest_side) for path in tqdm(paths)])
    random = np.random.default_rng(1)
    copied = random.choice(np.flatnonzero(asked), count, replace=False)
    others = random.choice(np.setdiff1d(np.arange(len(paths)), copied), OTHERS, replace=False)
    catalogue = np.concatenate([vectors[copied], vectors[others]])
    prior = get_prior(embedder.fingerprint)
    stock = [paths[place] for place in (*copied, *others)]
    answer = partial(_answer, prior.units.copy if prior else None, stock)
    images = [open_image(paths[place], longest_side=LONGEST_SIDE) for place in copied]
    known = ~np.isin(labels, list(UNKNOWN))
    queries, pool = np.flatnonzero(asked & known), np.flatnonzero(~asked & known)

    def find_types(seen: np.ndarray) -> float:
        nearest = (seen @ vectors[pool].T).argmax(axis=1)
        return round(float(np.mean(labels[pool][nearest] == labels[queries])), 4)

    copies = {kind: [disturb(image, kind, seed=1) for image in images] for kind in COPIES}
    plain, as_photos = (
        {kind: see(some) @ catalogue.T for kind, some in copies.items()}
        for see in (partial(_embed, embedder), partial(_see, embedder))
    )
    answers = {
        kind: np.array([answer(image, row) for image, row in zip(copies[kind], scores, strict=True)])
        for kind, scores in as_photos.items()
    }
    photos = _see(embedder, (open_image(paths[place], longest_side=LONGEST_SIDE) for place in queries))
    return {
        "embedder": Path(embedder.name).stem,
        "types": find_types(vectors[queries]),
        "copies": _found({kind: scores.argmax(axis=1) for kind, scores in plain.items()}),
        "as photos": {
            "types": find_types(photos),
            "copies": _found({kind: scores.argmax(axis=1) for kind, scores in as_photos.items()}),
        },
        "as answered": {"copies": _found(answers)},
    }


def _found(first: dict[str, np.ndarray]) -> dict[str, float]:
    """Return how often the first result of a copy is its picture, which stands at the same place of the catalogue."""
    found = {kind: round(float(np.mean(places == np.arange(len(places)))), 4) for kind, places in first.items()}
    return {**found, "mean": round(float(np.mean(list(found.values()))), 4)}


def _answer(least: float | None, stock: list[Path], image: Any, scores: np.ndarray) -> int:
    """Return the place that a search answers first: what it recognises as the same picture, else the nearest."""
    from visualsearch.images import open_image
    from visualsearch.search.judging import JUDGED, copies_among
    from visualsearch.search.same_picture import SIDE, is_same_picture

    nearest = np.argsort(-scores)[:JUDGED]

    def is_copy(at: int) -> bool:
        return is_same_picture(image, open_image(stock[nearest[at]], longest_side=SIDE))

    return int(nearest[int(np.argmax(copies_among(scores[nearest].tolist(), is_copy, least)))])


def _see(embedder: Any, photos: Iterable[Any]) -> np.ndarray:
    from visualsearch.search.photos import see_photo

    return np.stack([see_photo(embedder, photo).vector for photo in tqdm(photos, desc=embedder.name[-40:])])


def _embed(embedder: Any, images: list[Any]) -> np.ndarray:
    starts = tqdm(range(0, len(images), _BATCH), desc=embedder.name[-40:], unit="batch", disable=None)
    return np.concatenate([embedder.embed(images[start : start + _BATCH]) for start in starts])


if __name__ == "__main__":
    main()
