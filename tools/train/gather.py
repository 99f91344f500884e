"""From unpacked packages to pictures that can be learnt from: `python -m tools.train.gather PACKAGES OUT`.

`PACKAGES` holds one folder a package, named as the package; docs/training.md says which ones, and how to get them.
Things on transparent ground come to lie in `OUT/things`, parts of photos and of surfaces in `OUT/world`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

THINGS = {
    "fluent-emoji-3d": ("*.webp",),
    "tuxpaint-stamps-default": ("*.png",),
    "openclipart-png": ("*.png",),
}
"""Packages of things on transparent ground, and the files of theirs."""
NO_THINGS = (
    "1f1",
    "1f3f[b-e]",
    "people",
    "alphabet",
    "letters",
    "symbols",
    "flags",
    "geography",
    "shapes",
    "signs",
    "buttons",
    "logos",
    "special",
)
"""Parts of paths: skins that differ in tone alone, writing, plain signs."""
NO_PICTURES = ("_nm", "_norm", "normal", "_gm", "_sm", "_rm", "gloss", "_glow", "specular", "/gui/", "screenshot")
"""Parts of paths: maps of what surfaces do with light, and pictures of windows."""
WORLD = (
    "gnome-backgrounds",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "plasma-workspace-wallpapers",
    "supertuxkart-data",
    "ufoai-textures",
)
THING, PART = 192, 288
"""Pixels each way, at most, of what is kept."""
LARGEST = 3_000_000
"""Most pixels of a thing's picture: a drawing is not worth more of the time."""
PARTS = 12
"""Most parts of one large picture."""


def main() -> None:
    """Read every package that is there."""
    packages, out = Path(sys.argv[1]), Path(sys.argv[2])
    for folder in ("things", "world"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for package, patterns in THINGS.items():
        files = [file for pattern in patterns for file in sorted((packages / package).resolve().rglob(pattern))]
        kept = [thing for file in files if (thing := _thing(file)) is not None]
        for number, thing in enumerate(kept):
            thing.save(out / "things" / f"{package}_{number}@0.png")
        print(package, len(kept))
    for package in WORLD:
        parts = [part for file in _pictures((packages / package).resolve()) for part in _parts(file)]
        for number, part in enumerate(parts):
            part.save(out / "world" / f"{package}_{number}.jpg", quality=92)
        print(package, len(parts))


def _pictures(folder: Path) -> Iterator[Path]:
    """Yield the large pictures below a folder, of several sizes of one picture the last alone."""
    groups = {}
    for file in sorted(folder.rglob("*")):
        if (
            file.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp", ".tga"}
            and file.stat().st_size > 20_000
            and not any(part in str(file).lower() for part in NO_PICTURES)
        ):
            groups[file.parent if "x" in file.stem and file.stem[0].isdigit() else file] = file
    yield from groups.values()


def _thing(file: Path) -> Image.Image | None:
    """Return a thing of a colour or two that is neither tiny nor a full square."""
    if re.search("|".join(NO_THINGS), str(file).lower()):
        return None
    try:
        with Image.open(file) as opened:
            if opened.width * opened.height > LARGEST:
                return None
            image = opened.convert("RGBA")
    except (OSError, Image.DecompressionBombError):
        return None
    box = image.getchannel("A").getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < 48:
        return None
    image = image.crop(box)
    image.thumbnail((THING, THING), Image.Resampling.LANCZOS)
    values = np.asarray(image).astype(np.float32)
    opaque = values[..., 3] > 128
    if not 0.15 < opaque.mean() < 0.97 or np.ptp(values[opaque][:, :3], axis=1).mean() < 12:
        return None
    return image


def _parts(file: Path) -> Iterator[Image.Image]:
    """Yield the whole picture and, of a large one, parts of it; what is nearly plain is left out."""
    try:
        with Image.open(file) as opened:
            image = opened.convert("RGB")
    except (OSError, Image.DecompressionBombError):
        return
    if min(image.size) < 128:
        return
    image.thumbnail((4 * PART, 4 * PART))
    boxes = [(0, 0, *image.size)]
    if min(image.size) >= 2 * PART:
        columns, rows = image.width // PART, image.height // PART
        wide, high = image.width / columns, image.height / rows
        boxes += [
            (int(column * wide), int(row * high), int((column + 1) * wide), int((row + 1) * high))
            for row in range(rows)
            for column in range(columns)
        ][:PARTS]
    for box in boxes:
        part = image.crop(box)
        part.thumbnail((PART, PART), Image.Resampling.LANCZOS)
        if np.asarray(part.convert("L")).std() > 8:
            yield part


if __name__ == "__main__":
    main()
