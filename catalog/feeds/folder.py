"""From a folder of pictures to a feed: sub-folders are categories, a file's stem is its sku and title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.feeds.rows import BadRow, Feed, FeedError, FeedRow, Problem, read_row

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".mpo", ".png", ".apng", ".webp", ".avif", ".gif", ".bmp"}
    | {".dib", ".tif", ".tiff", ".heic", ".heif"}
)
"""Of files that are looked at: what they are their content says."""


def read_folder(folder: Path) -> Feed:
    """Read every picture under `folder`, in the order of their names."""
    folder = folder.resolve()
    rows: list[FeedRow] = []
    problems: list[Problem] = []
    left = 0
    for path in _files(folder):
        if path.suffix.lower() not in SUFFIXES:
            left += 1
            continue
        try:
            rows.append(_read_file(path))
        except BadRow as error:
            problems.append(Problem(None, f"{path}: {error}"))
    if not rows and not problems:
        raise FeedError(f"There are no pictures in {folder}.")
    return Feed(
        folder=folder,
        columns=frozenset({"sku", "title", "image", "category"}),
        rows=tuple(rows),
        problems=tuple(problems),
        notes=(f"Files that are no pictures: {left}.",) if left else (),
    )


def _files(folder: Path) -> Iterator[Path]:
    """Yield files by their path inside the folder; hidden ones belong to the system."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            yield inside


def _read_file(path: Path) -> FeedRow:
    title = " ".join(path.stem.replace("_", " ").replace("-", " ").split()) or path.stem
    cells = {
        "sku": path.stem,
        "title": title[:1].upper() + title[1:],
        "image": path.as_posix(),
        "category": " > ".join(path.parent.parts),
    }
    return read_row(None, cells)
