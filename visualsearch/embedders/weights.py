"""The numbers in a file of weights, and the digest that names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualsearch.exceptions import EmbedderUnavailable

SUFFIXES = (".safetensors", ".pth", ".pt")

Weights = Mapping[str, NDArray[np.float32]]
"""The tensors of a state dict as float32, by key."""

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8"}


def digest_of_weights(path: Path) -> str:
    """Return the SHA-256 of the file in hex, read once a change; raises EmbedderUnavailable when it cannot be read."""
    try:
        state = path.stat()
        return _digest(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise EmbedderUnavailable(f"Expected a file of weights at {path}, but it cannot be read: {error}.") from error


@lru_cache(maxsize=32)
def _digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(path: Path) -> Weights:
    """Return the weights in a file; raises ImportError without the library that reads it, EmbedderUnavailable else."""
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        from visualsearch.embedders.torch_files import read_pickle

        return read_pickle(path)
    except ImportError:
        raise
    except Exception as error:
        raise EmbedderUnavailable(f"Expected a state dict at {path}, but it is damaged: {error}.") from error


def _read_safetensors(path: Path) -> Weights:
    from safetensors import deserialize

    return {
        key: _as_float32(tensor["data"], tensor["dtype"]).reshape(tensor["shape"])
        for key, tensor in deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    }


def _as_float32(data: bytes, kind: str) -> NDArray[np.float32]:
    values = np.frombuffer(data, dtype=_TYPES[kind])
    if kind == "BF16":
        # The upper half of a float32, a type that NumPy does not have.
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)
