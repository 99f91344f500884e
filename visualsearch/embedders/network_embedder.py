"""The base of every embedder that runs a network: batches, one pass at a time, and what a pass becomes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image

from visualsearch.embedders.base import Embedder, Look
from visualsearch.embedders.engines import Pass
from visualsearch.embedders.turns import Run, Turns
from visualsearch.vectors import Vectors, normalise

BATCH_SIZE = 16
"""Most images in one forward pass: more are no faster each, and need more memory."""


class NetworkEmbedder(Embedder):
    """Preprocesses images one by one and runs a network on batches of them, from one thread at a time.

    A subclass says `preprocess` and `load`, and what else than the vector a pass tells in `look_at`.
    """

    def __init__(self) -> None:
        self._turns: Turns | None = None
        self._lock = Lock()

    @abstractmethod
    def preprocess(self, image: Image.Image) -> Any:
        """Return what the network takes of an upright RGB image."""

    @abstractmethod
    def load(self) -> Run:
        """Load the network and return what runs it: preprocessed images in, a `Pass` each out.

        Called once in a process, before the first vector. Raises EmbedderUnavailable.
        """

    def vectors_of(self, passes: Sequence[Pass]) -> Vectors:
        """Return the unit vector of each pass, shape (n, dimensions)."""
        return normalise(np.stack([found.features for found in passes]))

    def look_at(self, vector: Vectors, found: Pass, image: Image.Image) -> Look:
        """Return what a pass says of its image, the vector among it."""
        return Look(vector, activation=found.places)

    def prepare(self) -> None:
        self._get_turns()

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        return self._vectors(self._passes(images))

    def look(self, images: Sequence[Image.Image]) -> list[Look]:
        passes = self._passes(images)
        return [self.look_at(*each) for each in zip(self._vectors(passes), passes, images, strict=True)]

    def _passes(self, images: Sequence[Image.Image]) -> list[Pass]:
        turns = self._get_turns() if images else None
        parts = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
        return [found for part in parts if turns for found in turns.run([self.preprocess(image) for image in part])]

    def _vectors(self, passes: Sequence[Pass]) -> Vectors:
        return self.vectors_of(passes) if passes else np.empty((0, self.dimensions), dtype=np.float32)

    def _get_turns(self) -> Turns:
        with self._lock:
            if self._turns is None:
                self._turns = Turns(self.load(), BATCH_SIZE)
            return self._turns
