"""What a vector is: float32 rows of unit length in memory, float16 bytes at rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.exceptions import InvalidVector

Vectors = NDArray[np.float32]
"""Rows of unit length, shape (n, dimensions), float32."""

Ids = NDArray[np.int64]
"""Keys of embedding rows, shape (n,), int64, all positive."""

STORED = np.dtype("<f2")


def as_vectors(values: Any, dimensions: int) -> Vectors:
    """Return `values` as finite float32 rows of unit length, shape (n, `dimensions`).

    A single vector becomes one row. Raises InvalidVector for another shape, NaN or infinity, or a row of zero length.
    """
    try:
        rows = np.atleast_2d(np.asarray(values, dtype=np.float32))
    except (TypeError, ValueError) as error:
        raise InvalidVector(f"Expected {dimensions} numbers a vector: {error}.") from error
    if rows.ndim != 2 or rows.shape[1] != dimensions:
        raise InvalidVector(f"Expected vectors of {dimensions} dimensions, got an array of shape {rows.shape}.")
    if not np.isfinite(rows).all():
        raise InvalidVector("Expected finite numbers, got NaN or infinity.")
    return normalise(rows)


def normalise(rows: Vectors) -> Vectors:
    """Return the rows scaled to unit length; raises InvalidVector for a row of zero length."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise InvalidVector("Expected vectors with a direction, got one of zero length.")
    return np.asarray(rows / lengths, dtype=np.float32)


def pack(vector: Vectors) -> bytes:
    """Return one vector as little-endian float16 bytes, two a dimension."""
    return np.asarray(vector, dtype=STORED).tobytes()


def unpack(stored: list[bytes], dimensions: int) -> NDArray[np.float16]:
    """Return packed vectors as float16 rows, shape (n, `dimensions`); raises InvalidVector for another length."""
    expected = dimensions * STORED.itemsize
    for packed in stored:
        if len(packed) != expected:
            raise InvalidVector(f"Expected {expected} bytes a stored vector, got {len(packed)}.")
    return np.frombuffer(b"".join(stored), dtype=STORED).reshape(len(stored), dimensions)
