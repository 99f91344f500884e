"""The numbers in a file of weights, and the digest that names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.precisions import as_float32
from visualsearch.embedders.torch_files import read_tensors
from visualsearch.exceptions import EmbedderUnavailable

SUFFIXES = (".safetensors", ".pth", ".pt")

Weights = Mapping[str, NDArray[np.float32]]
"""The tensors of a state dict as float32, by key."""


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
        return _read_safetensors(path) if path.suffix == ".safetensors" else read_tensors(path)
    except ImportError:
        raise
    except Exception as error:
        # A torn file fails in as many ways as it has bytes.
        raise EmbedderUnavailable(f"Expected a state dict at {path}, but it is damaged: {error}.") from error


def _read_safetensors(path: Path) -> Weights:
    from safetensors import deserialize

    return {
        key: as_float32(tensor["data"], tensor["dtype"]).reshape(tensor["shape"])
        for key, tensor in deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    }
