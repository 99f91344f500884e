"""An embedder that takes its time, so that a worker can be stopped in the middle of its work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from time import sleep

from PIL import Image

from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.vectors import Vectors

SECONDS = 0.05
AT_WORK = "at-work"


class SlowEmbedder(ThumbnailEmbedder):
    """Sees what `thumbnail` sees, and 20 pictures a second."""

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        """Return the vectors after a while; a file tells which process is at it."""
        (Path(os.environ["VAR_DIR"]) / AT_WORK).write_text(str(os.getpid()))
        sleep(SECONDS * len(images))
        return super().embed(images)
