"""What a file of weights says of itself, read without torch and without reading the weights."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    read = _read_safetensors if path.suffix == ".safetensors" else _read_pickle
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


def _read_pickle(path: Path) -> Header:
    """Read the pickle in a file of `torch.save`, leaving the numbers aside."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            state = _ShapeUnpickler(io.BytesIO(archive.read(name))).load()
    else:
        with path.open("rb") as file:
            # Before torch 1.6: a magic number, a version and the machine's sizes stand before the state dict.
            *_, state = [_ShapeUnpickler(file).load() for _ in range(4)]
    return Header({key: shape for key, shape in state.items() if isinstance(shape, tuple)})


class _ShapeUnpickler(pickle.Unpickler):
    """Builds nothing but dicts, and a tensor's shape for the tensor; a pickle that asks for more is refused."""

    _known: Mapping[tuple[str, str], Callable[..., Any]] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, *rest: tuple(shape),
        ("torch._utils", "_rebuild_parameter"): lambda shape, *rest: shape,
    }

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name.endswith("Storage"):
            return name
        try:
            return self._known[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a state dict") from None

    def persistent_load(self, pid: Any) -> None:
        return None
