"""Drawn vectors in clusters within clusters, of sizes as unequal as real categories."""

from __future__ import annotations

import numpy as np

# Real embeddings have few directions of freedom within a category.
_FREEDOM = 32


class Clusters:
    """Vectors of a catalogue of `size` pictures; every block is drawn from its own seed."""

    name = "clusters"

    def __init__(self, size: int, dimensions: int) -> None:
        random = np.random.default_rng(7)
        self.dimensions = dimensions
        families = random.standard_normal((50, dimensions), dtype=np.float32)
        count = max(100, size // 100)
        self._middles = families[random.integers(0, 50, count)]
        self._middles += random.standard_normal((count, dimensions), dtype=np.float32)
        shares = np.cumsum(1 / np.arange(1, count + 1) ** 0.7)
        self._shares = shares / shares[-1]
        self._spread = random.uniform(0.3, 1.0, (count, 1)).astype(np.float32)
        self._basis = random.standard_normal((_FREEDOM, dimensions), dtype=np.float32) / np.sqrt(np.float32(_FREEDOM))

    def rows(self, block: int, count: int) -> np.ndarray:
        return self._draw(np.random.default_rng([7, block]), count)

    def queries(self, count: int) -> np.ndarray:
        return self._draw(np.random.default_rng(8), count)

    def _draw(self, random: np.random.Generator, count: int) -> np.ndarray:
        of = np.searchsorted(self._shares, random.random(count))
        inner = random.standard_normal((count, _FREEDOM), dtype=np.float32) @ self._basis
        outer = random.standard_normal((count, self.dimensions), dtype=np.float32)
        rows = self._middles[of] + self._spread[of] * (inner + 0.3 * outer)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
