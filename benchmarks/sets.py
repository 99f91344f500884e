"""Measure embedders on garments, their types and disturbed copies of them: `python -m benchmarks.sets --help`.

    python -m benchmarks.sets products-2 ../shared/weights/resnet50-kill-the-bits.safetensors \\
        benchmarks.embedders.mobilenet.MobileNetEmbedder --pictures ../shared/data/clothing/images.csv

The CSV has the columns image, label and split. `types`: the share of the pictures of the split whose nearest picture of
another split has the same label. `copies`: pictures of the split, disturbed as phones do, against 3,000 others.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.machine import describe, publish

PACKAGES = ("numpy", "openvino", "pillow", "torch")
COPIES = ("crop", "rotation", "jpeg", "light", "mirror", "background")
UNKNOWN = {"Not sure", "Skip", "Other"}
OTHERS = 3000
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
    from visualsearch.search.disturbances import disturb

    vectors = _embed(embedder, [open_image(path, longest_side=embedder.longest_side) for path in tqdm(paths)])
    random = np.random.default_rng(1)
    queries = random.choice(np.flatnonzero(asked), count, replace=False)
    others = random.choice(np.setdiff1d(np.arange(len(paths)), queries), OTHERS, replace=False)
    catalogue = np.concatenate([vectors[queries], vectors[others]])
    images = [open_image(paths[place], longest_side=640) for place in queries]
    copies = {}
    for kind in COPIES:
        found = _embed(embedder, [disturb(image, kind, seed=1) for image in images]) @ catalogue.T
        copies[kind] = round(float(np.mean(found.argmax(axis=1) == np.arange(count))), 4)
    return {
        "embedder": Path(embedder.name).stem,
        "types": _type_recall(vectors, labels, asked),
        "copies": {**copies, "mean": round(float(np.mean(list(copies.values()))), 4)},
    }


def _type_recall(vectors: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> float:
    known = ~np.isin(labels, list(UNKNOWN))
    queries, pool = asked & known, ~asked & known
    nearest = (vectors[queries] @ vectors[pool].T).argmax(axis=1)
    return round(float(np.mean(labels[pool][nearest] == labels[queries])), 4)


def _embed(embedder: Any, images: list[Any]) -> np.ndarray:
    starts = tqdm(range(0, len(images), _BATCH), desc=embedder.name[-40:], unit="batch", disable=None)
    return np.concatenate([embedder.embed(images[start : start + _BATCH]) for start in starts])


if __name__ == "__main__":
    main()
