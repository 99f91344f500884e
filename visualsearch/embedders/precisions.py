"""Numbers of each precision that files of weights hold, as float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES: Mapping[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2"),
    "I64": np.dtype("<i8"), "I32": np.dtype("<i4"), "I16": np.dtype("<i2"), "I8": np.dtype("i1"),
    "U8": np.dtype("u1"), "BOOL": np.dtype("?"),
}  # fmt: skip
"""What lies in memory, by the name that safetensors gives it; NumPy has no bfloat16."""


def as_float32(data: bytes | memoryview, kind: str) -> NDArray[np.float32]:
    """Return the numbers in these bytes, shape (n,); raises KeyError for another kind, ValueError for a part of one."""
    values: NDArray[Any] = np.frombuffer(data, dtype=TYPES[kind])
    if kind == "BF16":
        # The upper half of a float32.
        values = (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)
