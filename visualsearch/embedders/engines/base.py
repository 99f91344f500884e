"""The contract of the family: what runs a network on pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.fitting import Pixels


class Number(StrEnum):
    """What an engine multiplies; everything else is computed in float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "8-bit integers"


@dataclass(frozen=True, slots=True)
class Pass:
    """What one forward pass gives of one image."""

    features: NDArray[np.float32]
    """The vector before it gets unit length, shape (dimensions,)."""
    places: NDArray[np.float32] | None = None
    """What each place says. Of a network with proposals, shape (5, rows, columns) at the third stage's places: how
    good the region is that it proposes, 0 to 1, and how far its left, top, right and bottom edge is, as a share of the
    square. Of another, shape (rows, columns): the last map summed over its channels, after ReLU. None without maps.
    """


class Engine(ABC):
    """Runs one network; its vectors have a cosine of at least 0.999 to those of exact numbers.

    Built from a `visualsearch.embedders.graph.Graph` when its first vector is wanted, once in a process. One thread at
    a time calls it.
    """

    @abstractmethod
    def run(self, pixels: Pixels) -> tuple[NDArray[np.float32], ...]:
        """Return the graph's outputs for n images, 1 or more; the first axis of each counts the images.

        Of a network that embeds: features, shape (n, dimensions), then places, where it has any. Places have the shape
        (n, channels, rows, columns), of as many channels as `Pass` says.
        """
