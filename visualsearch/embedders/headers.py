"""What a file of weights says of itself, read without reading the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from visualsearch.embedders.torch_files import read_shapes
from visualsearch.exceptions import EmbedderUnavailable

Shapes = Mapping[str, tuple[int, ...]]
"""Shape of each tensor of a state dict, by its key."""


@dataclass(frozen=True, slots=True)
class Header:
    """The tensors of a file, and the words that its maker wrote into it."""

    shapes: Shapes
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_header(path: Path) -> Header:
    """Return the header of a `.safetensors`, `.pth` or `.pt` file; raises EmbedderUnavailable when it has none."""
    read = _read_safetensors if path.suffix == ".safetensors" else _read_torch_file
    try:
        return read(path)
    except OSError as error:
        raise EmbedderUnavailable(f"Expected a file of weights at {path}, but it cannot be read: {error}.") from error
    except Exception as error:
        # A torn file fails in as many ways as it has bytes.
        raise EmbedderUnavailable(f"Expected a state dict at {path}, but it is damaged: {error}.") from error


def _read_safetensors(path: Path) -> Header:
    """Read the header: its length in 8 bytes, then JSON, see https://github.com/huggingface/safetensors#format."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= path.stat().st_size - 8:
            raise ValueError("its header has no plausible length")
        header = json.loads(file.read(length))
    metadata = header.pop("__metadata__", {})
    return Header({key: tuple(entry["shape"]) for key, entry in header.items()}, metadata)


def _read_torch_file(path: Path) -> Header:
    return Header(read_shapes(path))
