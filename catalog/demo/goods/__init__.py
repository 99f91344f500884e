"""The goods of the demo shop, rendered by `tools.render`: a catalogue, and photos of them that a shopper might take.

`photos.csv` names the right answer to each photo: `visualsearch_evaluate catalog/demo/goods/photos.csv`.
"""

from __future__ import annotations

from pathlib import Path

CATALOGUE = Path(__file__).with_name("catalog.csv")
PHOTOS = Path(__file__).with_name("photos.csv")
SAMPLES = ("001", "005", "021", "033", "049", "068")
"""Photos to try the search with, from different rooms."""


def sample_photos() -> list[Path]:
    """Return some of the photos."""
    return [PHOTOS.with_name("photos") / f"{name}.jpg" for name in SAMPLES]
