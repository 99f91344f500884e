"""From a feed - a CSV file or a folder of pictures - to products of the shop."""

from __future__ import annotations

from pathlib import Path

from catalog.feeds.csv_feed import read_csv
from catalog.feeds.folder import read_folder
from catalog.feeds.importer import Report, import_feed
from catalog.feeds.rows import Feed, FeedError, FeedRow, Problem

__all__ = ["Feed", "FeedError", "FeedRow", "Problem", "Report", "import_feed", "read_feed"]


def read_feed(source: Path) -> Feed:
    """Read a CSV file or a folder of pictures; raises FeedError where the whole of it cannot be read."""
    if source.is_dir():
        return read_folder(source)
    if source.is_file():
        return read_csv(source)
    raise FeedError(f"There is no file or folder {source}.")
