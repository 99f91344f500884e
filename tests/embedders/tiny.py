"""An embedder that needs no model and whose space is not that of any other: tests change to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from visualsearch.embedders import Embedder
from visualsearch.vectors import Vectors, normalise


class TinyEmbedder(Embedder):
    """The colours of a picture of three by three pixels."""

    name = "tiny"
    dimensions = 27

    @property
    def fingerprint(self) -> str:
        return "tiny-27"

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        small = [np.asarray(image.convert("RGB").resize((3, 3)), dtype=np.float32).ravel() for image in images]
        return normalise(np.stack(small) - 128.5)
