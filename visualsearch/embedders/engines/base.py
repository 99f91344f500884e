"""The contract of the family: what runs a network on pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.fitting import Pixels


@dataclass(frozen=True, slots=True)
class Pass:
    """What one forward pass gives."""

    features: NDArray[np.float32]
    """Vectors before they get unit length, shape (n, dimensions)."""
    activation: NDArray[np.float32]
    """How likely an object is at each place, 0 to 1, at the third stage's places; of a network without objectness the
    last map summed over its channels, after ReLU. Shape (n, rows, columns).
    """

    def __getitem__(self, part: slice) -> Pass:
        """Return the pass of some of the images."""
        return Pass(self.features[part], self.activation[part])


class Engine(ABC):
    """Runs one network; its vectors and those of any other engine have a cosine of at least 0.999.

    Built from a `visualsearch.embedders.network.Network` when its first vector is wanted, once in a process. One
    thread at a time calls it.
    """

    @abstractmethod
    def run(self, pixels: Pixels) -> Pass:
        """Return what the network makes of one or more images."""
