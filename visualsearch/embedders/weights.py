"""From a file of weights to what can be known of it without torch: its digest and its architecture."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from visualsearch.embedders.architectures import ARCHITECTURES, Architecture
from visualsearch.exceptions import EmbedderUnavailable

SUFFIXES = (".safetensors", ".pth", ".pt")

Shapes = Mapping[str, tuple[int, ...]]
"""Shape of each tensor of a state dict, by its key."""


def architecture_of(path: Path) -> Architecture:
    """Return the network that the file holds the weights of; raises EmbedderUnavailable when it is none of ours."""
    shapes = _shapes_of(path)
    for architecture in ARCHITECTURES:
        if _fits(architecture, shapes):
            return architecture
    known = ", ".join(architecture.name for architecture in ARCHITECTURES)
    raise EmbedderUnavailable(f"Expected {path} to hold torchvision's weights of one of {known}; it holds others.")


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


def _fits(architecture: Architecture, shapes: Shapes) -> bool:
    stages = [
        len({key.split(".")[1] for key in shapes if key.startswith(f"layer{stage}.") and key.count(".") > 2})
        for stage in range(1, 5)
    ]
    last = f"layer4.{architecture.blocks[3] - 1}.conv"
    # The width of the first block tells a ResNet from the ResNeXt and the wide ResNet of the same depth.
    return (
        tuple(stages) == architecture.blocks
        and shapes.get("conv1.weight") == (64, 3, 7, 7)
        and shapes.get("layer1.0.conv2.weight") == (64, 64, 3, 3)
        and shapes.get(f"{last}{architecture.convolutions}.weight", (0,))[0] == architecture.dimensions
        and f"{last}{architecture.convolutions + 1}.weight" not in shapes
    )


def _shapes_of(path: Path) -> Shapes:
    read = _shapes_in_safetensors if path.suffix == ".safetensors" else _shapes_in_pickle
    try:
        return read(path)
    except OSError as error:
        raise EmbedderUnavailable(f"Expected a file of weights at {path}, but it cannot be read: {error}.") from error
    except Exception as error:
        # A torn file fails in as many ways as it has bytes.
        raise EmbedderUnavailable(f"Expected a state dict at {path}, but it is damaged: {error}.") from error


def _shapes_in_safetensors(path: Path) -> Shapes:
    """Read the header: its length in 8 bytes, then JSON, see https://github.com/huggingface/safetensors#format."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= path.stat().st_size - 8:
            raise ValueError("its header has no plausible length")
        header = json.loads(file.read(length))
    return {key: tuple(entry["shape"]) for key, entry in header.items() if key != "__metadata__"}


def _shapes_in_pickle(path: Path) -> Shapes:
    """Read the pickle in a file of `torch.save`, leaving the numbers aside."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            state = _ShapeUnpickler(io.BytesIO(archive.read(name))).load()
    else:
        with path.open("rb") as file:
            # Before torch 1.6: a magic number, a version and the machine's sizes stand before the state dict.
            *_, state = [_ShapeUnpickler(file).load() for _ in range(4)]
    return {key: shape for key, shape in state.items() if isinstance(shape, tuple)}


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
