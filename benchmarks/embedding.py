"""Measure pictures to vectors against the obvious way with the same weights: `python -m benchmarks.embedding --help`.

The obvious way is Pillow, torchvision's own transforms and float32 torch, one picture and one network at a time. The
pictures are drawn: 12 megapixels as phones take them, 600 pixels as shops show them.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.embedders import ours
from benchmarks.embedders.cold import measure_cold
from benchmarks.embedders.engines import compare_with_resnet50, engine_names, measure_engines
from benchmarks.embedders.obvious import Obvious
from benchmarks.embedders.pictures import draw_photos
from benchmarks.embedders.timing import compare
from benchmarks.embedders.weights import weights_of
from benchmarks.machine import describe, publish
from benchmarks.vectors.processes import set_up

PACKAGES = ("numpy", "openvino", "pillow", "torch", "torchvision")
LARGE, SMALL = (4000, 3000), (600, 450)


def main() -> None:
    """Measure, print, and write JSON where asked."""
    arguments = _parse()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), arguments)
    publish(report, arguments.json)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="products-5", help="a shipped name, or the path of weights")
    parser.add_argument("--pictures", type=int, default=32, help="how many of each size")
    parser.add_argument("--rounds", type=int, default=5, help="how often each way is timed")
    parser.add_argument("--parts", nargs="+", help="only these parts of the report")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the report: the machine, then what each part found."""
    set_up(folder)
    from visualsearch.embedders import load_embedder

    weights = weights_of(arguments.embedder)
    embedder: Any = load_embedder(str(weights))
    large, small = (draw_photos(folder, arguments.pictures, size) for size in (LARGE, SMALL))
    rounds, obvious = arguments.rounds, Obvious(weights)
    parts = {
        "indexing_12_megapixels": partial(_compare_indexing, large, obvious, embedder, rounds),
        "indexing_600_pixels": partial(_compare_indexing, small, obvious, embedder, rounds),
        "one_photo_of_12_megapixels": partial(_compare_one, large[0], obvious, embedder, rounds * 3),
        "photo_and_two_crops": partial(_compare_crops, small[0], embedder, rounds * 3),
        "cold_first_photo": partial(_measure_cold, weights, large[0], rounds),
        "engines": partial(measure_engines, weights, small, rounds),
        "against_resnet50": partial(compare_with_resnet50, weights, small, rounds),
    }
    report: dict[str, Any] = {
        "machine": describe(*PACKAGES),
        "embedder": embedder.fingerprint,
        "engine": str(embedder.engine),
    }
    for name in (progress := tqdm(arguments.parts or parts)):
        progress.set_description(name)
        report[name] = parts[name]()
    return report


def _compare_indexing(paths: list[Path], obvious: Obvious, embedder: Any, rounds: int) -> dict[str, Any]:
    ways = {"obvious": partial(obvious.embed, paths), "ours": partial(ours.index, paths, embedder)}
    return compare(ways, rounds, per=len(paths))


def _compare_one(photo: Path, obvious: Obvious, embedder: Any, rounds: int) -> dict[str, Any]:
    return compare(
        {"obvious": partial(obvious.embed, [photo]), "ours": partial(ours.embed_one, photo, embedder)}, rounds
    )


def _compare_crops(photo: Path, embedder: Any, rounds: int) -> dict[str, Any]:
    """Time a photo with its subject, and with two regions of which the subject is one, against one pass over it."""
    from visualsearch.images import Box
    from visualsearch.search.boxes import suggest_boxes
    from visualsearch.search.photos import see_photo

    image = ours.open_image(photo)
    boxes = [*suggest_boxes(embedder.look([image])[0]), Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1)][:2]
    ways = {
        "photo_and_two_crops": partial(ours.see_with_two_boxes, image, boxes, embedder),
        "photo_and_subject": partial(see_photo, embedder, image),
        "one_pass": partial(embedder.embed, [image]),
    }
    return compare(ways, rounds)


def _measure_cold(weights: Path, photo: Path, rounds: int) -> dict[str, Any]:
    names = [name for name in engine_names() if not name.endswith("bf16")]
    return {name: measure_cold(weights, photo, name, rounds) for name in names}


if __name__ == "__main__":
    main()
