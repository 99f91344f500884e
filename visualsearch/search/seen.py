"""What is remembered of a photo once it was searched with: enough to search again, and not the photo."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from visualsearch.exceptions import InvalidVector, SearchForgotten
from visualsearch.vectors import Vectors, as_vectors

_MOST = 127
"""Of one signed byte."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """A region of a photo as one embedder saw it; a `PhotoQuery` takes it in place of the photo."""

    fingerprint: str
    """The embedder's; another one cannot read the vector."""
    vector: Vectors
    """Shape (1, dimensions)."""
    copies: frozenset[str] = frozenset()
    """Names of the shop's pictures that the photo is a copy of: nobody can see that again without the photo."""
    scale: float = 1.0
    offset: float = 0.0
    """A picture's score is its cosine with the vector times `scale`, and `offset` more, where the vector is adapted."""

    def score_of(self, cosine: float) -> float:
        """Return the score of a picture, -1 to 1, by its cosine with the vector."""
        return max(min(cosine * self.scale + self.offset, 1.0), -1.0)

    def cosine_of(self, score: float) -> float:
        """Return the cosine that gives a score."""
        return (score - self.offset) / self.scale

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a token; the vector with one byte a dimension, which costs it 0.0001 of cosine."""
        steps = np.rint(self.vector / np.abs(self.vector).max() * _MOST).astype(np.int8)
        vector = b64encode(steps.tobytes()).decode()
        values = {"fingerprint": self.fingerprint, "vector": vector, "copies": sorted(self.copies)}
        return values | {"scale": round(self.scale, 5), "offset": round(self.offset, 5)}

    @classmethod
    def read(cls, values: dict[str, Any]) -> Self:
        """Return what `as_dict` gave; raises SearchForgotten for anything else."""
        try:
            steps = np.frombuffer(b64decode(values["vector"], validate=True), dtype=np.int8)
            vector = as_vectors(steps, len(steps))
            return cls(
                fingerprint=values["fingerprint"],
                vector=vector,
                copies=frozenset(values["copies"]),
                scale=float(values.get("scale", 1.0)),
                offset=float(values.get("offset", 0.0)),
            )
        except (KeyError, TypeError, ValueError, InvalidVector) as error:
            raise SearchForgotten(f"Expected a remembered search, got something else: {error}.") from error
