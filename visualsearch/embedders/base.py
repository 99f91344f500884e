"""The contract of the family: images in, vectors of unit length out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np
from django.core.checks import CheckMessage
from numpy.typing import NDArray
from PIL import Image

from visualsearch.embedders.engines import Choice
from visualsearch.embedders.regions import Regions
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Look:
    """What one forward pass says of one image."""

    vector: NDArray[np.float32]
    """Unit vector, shape (dimensions,)."""
    _: KW_ONLY
    regions: Regions | None = None
    """Where objects are, of a network that has learnt to propose regions: good and bad ones, some for one object."""
    activation: NDArray[np.float32] | None = None
    """Of another network, how strongly each place of the image speaks: 0 or more, shape (rows, columns), without what
    padding added; the sum over the channels of its last map. None of an embedder without maps.
    """


class Embedder(ABC):
    """Turns images into vectors whose cosine says how alike two images look.

    Building one must be cheap: weights and heavy libraries are loaded by the first `embed` or by `prepare`.
    """

    name: str
    """What the setting, the README's table and `visualsearch_status` call it."""

    dimensions: int
    """Numbers in a vector."""

    knows_dimensions: bool = True
    """Whether `dimensions` imports no heavy library; a check asks no other embedder for them."""

    longest_side: int = 640
    """Pixels of the longer side above which an image shows it nothing more; a larger picture may be shrunk to that."""

    supports_text: bool = False
    """Whether `embed_text` puts words into the space of the images; may be a property that reads a configuration."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Name everything that changes a vector: architecture, weights, preprocessing, pooling, dimensions.

        At most 100 characters of `[a-z0-9.-]`, so that it can name a folder. Computed without loading a model.
        """

    @abstractmethod
    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        """Return one unit vector an image, shape (len(images), dimensions), float32.

        Images are upright RGB of any size. Raises EmbedderUnavailable when the model cannot be loaded.
        """

    def look(self, images: Sequence[Image.Image]) -> list[Look]:
        """Return what each image shows, by the same one pass that `embed` makes; raises as it does."""
        return [Look(vector) for vector in self.embed(images)]

    def embed_text(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions), float32, to compare with those of images.

        Raises EmbedderUnavailable when the model cannot be loaded, or is one of images alone.
        """
        raise EmbedderUnavailable(
            f"The embedder {self.name!r} knows no words. Take one with a text tower, of the backend open_clip or "
            "transformers."
        )

    @property
    def engine(self) -> Choice | None:
        """Tell what its network runs on and why; None of an embedder without a choice. Raises EmbedderUnavailable."""
        return None

    def prepare(self) -> None:  # noqa: B027 - most embedders have nothing to load
        """Load what the first `embed` would load, so that the first photo does not wait for it."""

    def check(self) -> list[CheckMessage]:
        """Return what `manage.py check` should say about this embedder's options."""
        return []
