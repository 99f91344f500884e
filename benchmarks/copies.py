"""How many copies of a picture are recognised, and how many other pictures are taken for one.

    python -m benchmarks.copies FOLDER_OR_CSV... [--pictures 300]

Other pictures are the three that look most alike to the `thumbnail` embedder, each compared with the picture as it is,
with a crop of it and with a screenshot of it. A CSV names its pictures in a column `photo` or `image`, beside itself.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from time import process_time

import numpy as np
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
import django

django.setup()

from PIL import Image  # noqa: E402

from visualsearch.embedders import load_embedder  # noqa: E402
from visualsearch.images import open_image  # noqa: E402
from visualsearch.search.disturbances import disturb  # noqa: E402
from visualsearch.search.same_picture import is_same_picture  # noqa: E402

KINDS = ("none", "crop", "light", "blur", "jpeg", "screenshot", "rotation", "mirror")
BESIDE = ("none", "crop", "screenshot")
NEAREST = 3
LONGEST_SIDE = 640


def main() -> None:
    """Compare, and print one line of JSON a source."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--pictures", type=int, default=300)
    options = parser.parse_args()
    for source in options.sources:
        paths = list(_paths(source))
        chosen = np.random.default_rng(0).permutation(len(paths))[: options.pictures].tolist()
        print(json.dumps({"source": str(source), **measure(paths, chosen)}))


def measure(paths: list[Path], chosen: list[int]) -> dict[str, object]:
    """Return the share of copies recognised by disturbance, the other pictures taken for one, and the time."""
    nearest = _nearest(paths, chosen)
    recognised = dict.fromkeys((*KINDS, "crop, half the size, quality 60"), 0)
    pairs, wrong, times = 0, [], []

    def is_same(photo: Image.Image, picture: Image.Image) -> bool:
        start = process_time()
        same = is_same_picture(photo, picture)
        times.append(process_time() - start)
        return same

    for number, others in tqdm(zip(chosen, nearest, strict=True), total=len(chosen), unit="picture"):
        picture = _open(paths[number])
        copies = {kind: disturb(picture, kind, number) for kind in KINDS}
        copies["crop, half the size, quality 60"] = _small(copies["crop"])
        for kind, copy in copies.items():
            recognised[kind] += is_same(copy, picture)
        for other in others:
            for kind in BESIDE:
                pairs += 1
                if is_same(copies[kind], _open(paths[other])):
                    wrong.append(f"{kind} of {paths[number].name} for {paths[other].name}")
    return {
        "pictures": len(chosen),
        "recognised": {kind: round(count / len(chosen), 3) for kind, count in recognised.items()},
        "pairs of others": pairs,
        "taken for copies": wrong,
        "milliseconds, median": round(float(np.median(times)) * 1000, 1),
    }


def _nearest(paths: list[Path], chosen: list[int]) -> list[list[int]]:
    embedder = load_embedder("thumbnail")
    vectors = np.concatenate([embedder.embed([_open(path)]) for path in tqdm(paths, unit="picture")])
    scores = vectors[chosen] @ vectors.T
    scores[np.arange(len(chosen)), chosen] = -1
    return np.argsort(-scores, axis=1)[:, :NEAREST].tolist()


def _small(image: Image.Image) -> Image.Image:
    buffer = BytesIO()
    image.resize((max(8, image.width // 2), max(8, image.height // 2))).save(buffer, "JPEG", quality=60)
    return Image.open(buffer).convert("RGB")


def _paths(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield from sorted(
            path for path in source.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")
        )
        return
    with source.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            yield source.parent / (row.get("photo") or row["image"])


def _open(path: Path) -> Image.Image:
    return open_image(path, longest_side=LONGEST_SIDE)


if __name__ == "__main__":
    main()
