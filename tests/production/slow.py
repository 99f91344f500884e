"""An embedder that takes its time, so that a worker can be stopped in the middle of its work."""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep

from PIL import Image

from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.vectors import Vectors

SECONDS = 0.05


class SlowEmbedder(ThumbnailEmbedder):
    """Sees what `thumbnail` sees, and 20 pictures a second."""

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        """Return the vectors after a while."""
        sleep(SECONDS * len(images))
        return super().embed(images)
