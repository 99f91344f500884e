"""Measure what photos of shoppers give together: the mean that searches adapt to, and several photos of one thing.

    python -m benchmarks.shoppers products-5 benchmarks.embedders.mobilenet.MobileNetEmbedder thumbnail \\
        --photos ../shared/data/grocery/photos_train.csv

`adapted`: recall@1 and recall@5 of one photo by how much of the mean of the shop's pictures stays when the mean of the
photos is taken off, which is that of photos of other goods (four folds, dealt three times). `photos of a thing`: by how
many photos are one query, searched with by their mean or by the best score of any; others of the same thing are drawn
to each photo by chance, three times.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe, publish
from benchmarks.quality import Shelf, embed, see_all

PACKAGES = ("numpy", "openvino", "pillow", "torch")
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST = 3
"""Photos of one thing."""

FOLDS, DEALS = 4, 3


def main() -> None:
    """Measure, print, and write the file where asked."""
    arguments = _parse()
    report = {"machine": describe(*PACKAGES), "photos": str(arguments.photos.name), "results": measure(arguments)}
    publish(report, arguments.json)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    grocery = Path("../shared/data/grocery")
    parser.add_argument("embedders", nargs="+", help="names, paths of weights, dotted paths")
    parser.add_argument("--catalogue", type=Path, default=grocery / "catalog.csv", help="columns image and sku")
    parser.add_argument("--photos", type=Path, default=grocery / "photos_test.csv", help="columns photo and sku")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the figures of each embedder."""
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=["visualsearch"])
    django.setup()
    from visualsearch.embedders import load_embedder

    catalogue, photos = Shelf.read(arguments.catalogue, "image"), Shelf.read(arguments.photos, "photo")
    return [_measure_one(load_embedder(name), catalogue, photos) for name in arguments.embedders]


def _measure_one(embedder: Any, catalogue: Shelf, photos: Shelf) -> dict[str, Any]:
    pictures, seen = embed(embedder, catalogue.paths), see_all(embedder, photos.paths)
    ranks = Ranks(pictures, catalogue.skus)
    return {
        "embedder": Path(embedder.name).stem,
        "one photo": ranks.recall([(seen, photos.skus)]),
        "adapted": {
            str(share): ranks.recall(_adapted(seen, photos.skus, share * pictures.mean(axis=0))) for share in SHARES
        },
        "photos of a thing": {
            str(count): {
                "mean": ranks.recall((one.mean(axis=1), skus) for one, skus in _together(seen, photos.skus, count)),
                "best score": ranks.recall(_together(seen, photos.skus, count)),
            }
            for count in range(2, MOST + 1)
        },
    }


class Ranks:
    """The pictures of a shop, of which the right one is looked for."""

    def __init__(self, pictures: np.ndarray, skus: np.ndarray) -> None:
        self._pictures, self._skus = pictures, skus

    def recall(self, searches: Any) -> dict[str, float]:
        """Return recall@1 and recall@5; a search is vectors, shape (n, dimensions) or (n, photos, dimensions)."""
        places = np.concatenate([self._places(vectors, skus) for vectors, skus in searches])
        return {f"recall@{k}": round(float(np.mean(places < k)), 4) for k in (1, 5)}

    def _places(self, vectors: np.ndarray, skus: np.ndarray) -> np.ndarray:
        scores = vectors @ self._pictures.T
        scores = scores if scores.ndim == 2 else scores.max(axis=1)
        order = self._skus[np.argsort(-scores, axis=1, kind="stable")]
        # Of several pictures of a product the best counts.
        return np.array(
            [list(dict.fromkeys(row)).index(sku) for row, sku in zip(order.tolist(), skus.tolist(), strict=True)]
        )


def _adapted(seen: np.ndarray, skus: np.ndarray, kept: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the photos of each fold, less the mean of the photos of the other folds' goods but for what is kept."""
    from visualsearch.search.adaptation import TRUSTED

    names = np.unique(skus)
    for deal in range(DEALS):
        parts = dict(zip(names, np.random.default_rng(deal).permutation(len(names)) % FOLDS, strict=True))
        folds = np.array([parts[sku] for sku in skus])
        for fold in range(FOLDS):
            others, mine = seen[folds != fold], folds == fold
            strength = len(others) / (len(others) + TRUSTED)
            yield seen[mine] - strength * (others.mean(axis=0) - kept), skus[mine]


def _together(seen: np.ndarray, skus: np.ndarray, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield each photo with others of the same thing, shape (n, count, dimensions)."""
    for deal in range(DEALS):
        random = np.random.default_rng(deal)
        groups = []
        for place, sku in enumerate(skus):
            same = np.setdiff1d(np.flatnonzero(skus == sku), [place])
            if len(same) >= count - 1:
                groups.append([place, *random.choice(same, count - 1, replace=False)])
        yield seen[np.array(groups)], skus[[group[0] for group in groups]]


if __name__ == "__main__":
    main()
