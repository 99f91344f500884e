"""From what a network gives of each image, whatever its shape, to one vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

POOLINGS = ("none", "mean", "cls", "gem")
"""What can be done: nothing, the mean of all places or tokens, the first token, the generalised mean."""

_POWER = 3.0
"""Of the generalised mean: 1 is the mean, infinity the highest. Source: https://arxiv.org/abs/1711.02512."""

_LEAST = np.float32(1e-6)


def pool(values: Values, pooling: str) -> Values:
    """Return one row an image, shape (n, channels).

    Takes rows themselves (n, channels), tokens (n, tokens, channels) or maps (n, channels, rows, columns). Raises
    ValueError for a pooling that does not go with the shape: `none` is for rows, `cls` for tokens, the others for both
    of the rest.
    """
    if (
        (values.ndim == 2) != (pooling == "none")
        or values.ndim not in (2, 3, 4)
        or (pooling, values.ndim) == ("cls", 4)
    ):
        raise ValueError(f"pooling {pooling!r} does not go with values of shape {values.shape}")
    if pooling == "none":
        return values
    if pooling == "cls":
        return values[:, 0]
    places = values if values.ndim == 3 else values.reshape(*values.shape[:2], -1).swapaxes(1, 2)
    if pooling == "mean":
        return np.asarray(places.mean(axis=1), dtype=np.float32)
    return np.asarray((places.clip(_LEAST) ** _POWER).mean(axis=1) ** (1 / _POWER), dtype=np.float32)
