"""Measure how often embedders find the right product, and how long they take: `python -m benchmarks.quality --help`.

    python -m benchmarks.quality thumbnail products-5 benchmarks.embedders.mobilenet.MobileNetEmbedder \\
        --json quality.json --svg quality.svg
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.embedders.plot import draw
from benchmarks.embedders.timing import take_turns
from benchmarks.machine import describe, publish
from visualsearch.images.photos import PHOTO_SIDE

PACKAGES = ("numpy", "openvino", "pillow", "torch")
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Shelf:
    """Pictures and what they show."""

    paths: list[Path]
    skus: np.ndarray

    @classmethod
    def read(cls, path: Path, column: str) -> Shelf:
        """Return the pictures that a CSV names, relative to its folder."""
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return cls([path.parent / row[column] for row in rows], np.array([row["sku"] for row in rows]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What an embedder is worth, and what it costs."""

    embedder: str
    fingerprint: str
    engine: str
    dimensions: int
    recall_at_1: float
    recall_at_5: float
    mrr: float
    photo_ms: float = 0.0
    """From a decoded photo to its vector, alone, as a search sees it."""


def main() -> None:
    """Measure, print, and write files where asked."""
    arguments = _parse()
    qualities = measure(arguments)
    report = {"machine": describe(*PACKAGES), "photos": str(arguments.photos.name), "results": qualities}
    publish(report, arguments.json)
    if arguments.svg:
        arguments.svg.write_text(draw(qualities))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    grocery = Path("../shared/data/grocery")
    parser.add_argument(
        "embedders", nargs="+", help="names, paths of weights, dotted paths; those not there are left out"
    )
    parser.add_argument("--catalogue", type=Path, default=grocery / "catalog.csv", help="columns image and sku")
    parser.add_argument("--photos", type=Path, default=grocery / "photos_test.csv", help="columns photo and sku")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--rounds", type=int, default=20, help="how often a photo is timed")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--svg", type=Path, help="draw recall@1 against milliseconds")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the figures of each embedder that can be loaded, the quickest first."""
    import django
    from django.conf import settings

    settings.configure(INSTALLED_APPS=["visualsearch"], VISUALSEARCH={"ENGINE": arguments.engine})
    django.setup()
    from visualsearch.embedders import load_embedder
    from visualsearch.exceptions import EmbedderUnavailable

    catalogue, photos = Shelf.read(arguments.catalogue, "image"), Shelf.read(arguments.photos, "photo")
    found = {}
    for name in arguments.embedders:
        try:
            embedder = load_embedder(name)
            embedder.prepare()
        except EmbedderUnavailable as error:
            print(f"{name} is left out: {error}")
            continue
        found[name] = (embedder, _quality(embedder, catalogue, photos))
    (image,) = _open(photos.paths[:1], PHOTO_SIDE)
    ways = {name: lambda embedder=embedder: _see(embedder, image) for name, (embedder, _) in found.items()}
    for name, seconds in take_turns(ways, arguments.rounds).items():
        found[name][1]["photo_ms"] = round(1000 * float(np.median(seconds)), 2)
    return sorted((quality for _, quality in found.values()), key=lambda quality: quality["photo_ms"])


def _quality(embedder: Any, catalogue: Shelf, photos: Shelf) -> dict[str, Any]:
    scores = see_all(embedder, photos.paths) @ embed(embedder, catalogue.paths).T
    order = catalogue.skus[np.argsort(-scores, axis=1, kind="stable")]
    places = 1 + np.argmax(order == photos.skus[:, None], axis=1)
    return asdict(
        Quality(
            embedder=Path(embedder.name).stem,
            fingerprint=embedder.fingerprint,
            engine=embedder.engine.name if embedder.engine else "",
            dimensions=embedder.dimensions,
            recall_at_1=_share(places <= 1),
            recall_at_5=_share(places <= 5),
            mrr=_share(1 / places),
        )
    )


def _share(values: np.ndarray) -> float:
    return round(float(np.mean(values)), 4)


def see_all(embedder: Any, paths: list[Path]) -> np.ndarray:
    """Return the vectors of photos that strangers took, shape (photos, dimensions)."""
    images = (_open([path], PHOTO_SIDE)[0] for path in tqdm(paths, desc=embedder.name[-40:], unit="photo"))
    return np.stack([_see(embedder, image) for image in images])


def embed(embedder: Any, paths: list[Path]) -> np.ndarray:
    """Return the vectors of a shop's pictures, shape (pictures, dimensions)."""
    starts = tqdm(range(0, len(paths), _BATCH), desc=embedder.name[-40:], unit="batch")
    batches = (_open(paths[start : start + _BATCH], embedder.longest_side) for start in starts)
    return np.concatenate([embedder.embed(batch) for batch in batches])


def _see(embedder: Any, photo: Any) -> np.ndarray:
    """Return the vector of a photo that a stranger took, shape (dimensions,)."""
    from visualsearch.search.photos import see_photo

    return see_photo(embedder, photo).vector


def _open(paths: list[Path], longest_side: int) -> list[Any]:
    from visualsearch.images import open_image

    return [open_image(path, longest_side=longest_side) for path in paths]


if __name__ == "__main__":
    main()
