"""Files of `torch.save`, read without torch: those of today, which are zip archives, and those before torch 1.6.

Nothing that such a file says is believed: no number is read that lies outside its storage, and no more numbers than the
file holds. Source: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.embedders.pickles import Storage, Tensor, load_pickle
from visualsearch.embedders.precisions import TYPES, as_float32

Array = NDArray[np.float32]

_MAGIC = 0x1950A86A20F9469CFC6C
"""The first number of a file from before torch 1.6."""

_MOST_AXES = 8


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor by key, without reading the numbers; raises ValueError for a damaged file."""
    with path.open("rb") as file:
        state = _read_archived_state(file)[0] if zipfile.is_zipfile(path) else _read_old_state(file)
    return {key: _shape(tensor) for key, tensor in state.items()}


def read_tensors(path: Path) -> dict[str, Array]:
    """Return each tensor by key as float32; raises ValueError for a damaged file."""
    with path.open("rb") as file:
        state, storages = _read_archived(file) if zipfile.is_zipfile(path) else _read_old(file)
    if sum(prod(_shape(tensor)) for tensor in state.values()) > sum(map(len, storages.values())):
        raise ValueError("its tensors have more numbers than it holds")
    return {key: _view(tensor, storages[tensor.storage.key]) for key, tensor in state.items()}


def _read_archived(file: IO[bytes]) -> tuple[dict[str, Tensor], dict[str, Array]]:
    state, archive, folder = _read_archived_state(file)
    if f"{folder}byteorder" in archive.namelist() and _entry(archive, f"{folder}byteorder") != b"little":
        raise ValueError("its numbers are not in little-endian order")
    storages = {
        key: _numbers(storage, _entry(archive, f"{folder}data/{key}")) for key, storage in _storages(state).items()
    }
    return state, storages


def _read_archived_state(file: IO[bytes]) -> tuple[dict[str, Tensor], zipfile.ZipFile, str]:
    archive = zipfile.ZipFile(file)
    name = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
    if name is None:
        raise ValueError("it has no data.pkl")
    with archive.open(_stored(archive, name)) as pickle:
        return _tensors(load_pickle(pickle)), archive, name.removesuffix("data.pkl")


def _stored(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return an entry, which torch never compresses: a small file could grow without end."""
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    return entry


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(_stored(archive, name))


def _read_old(file: IO[bytes]) -> tuple[dict[str, Tensor], dict[str, Array]]:
    state = _read_old_state(file)
    known, storages = _storages(state), {}
    for key in load_pickle(file):
        count = int.from_bytes(file.read(8), "little")
        if key not in known or count != known[key].count:
            raise ValueError(f"it has no storage {key!r} of {count} numbers")
        size = count * TYPES[known[key].kind].itemsize
        # No more than there is, so that a false count reserves nothing.
        storages[key] = _numbers(known[key], file.read(min(size, _bytes_left(file))))
    if missing := known.keys() - storages:
        raise ValueError(f"its storage {min(missing)!r} is missing")
    return state, storages


def _read_old_state(file: IO[bytes]) -> dict[str, Tensor]:
    """Read a magic number, a version, the machine's sizes, and the state dict."""
    magic, _, machine, state = (load_pickle(file) for _ in range(4))
    if magic != _MAGIC:
        raise ValueError("it is no file of torch.save")
    if not (isinstance(machine, dict) and machine.get("little_endian") is True):
        raise ValueError("its numbers are not in little-endian order")
    return _tensors(state)


def _bytes_left(file: IO[bytes]) -> int:
    place = file.tell()
    end = file.seek(0, 2)
    file.seek(place)
    return end - place


def _tensors(state: Any) -> dict[str, Tensor]:
    if not isinstance(state, dict):
        raise ValueError("it holds no dict")
    return {key: value for key, value in state.items() if isinstance(key, str) and isinstance(value, Tensor)}


def _storages(state: Mapping[str, Tensor]) -> dict[str, Storage]:
    return {tensor.storage.key: tensor.storage for tensor in state.values()}


def _numbers(storage: Storage, data: bytes) -> Array:
    if len(data) != storage.count * TYPES[storage.kind].itemsize:
        raise ValueError(f"its storage {storage.key!r} has {len(data)} bytes, not {storage.count} numbers")
    return as_float32(data, storage.kind)


def _shape(tensor: Tensor) -> tuple[int, ...]:
    if not _are_counts(tensor.shape):
        raise ValueError(f"the shape of a tensor is no tuple of at most {_MOST_AXES} numbers of 0 or more")
    shape: tuple[int, ...] = tensor.shape
    return shape


def _view(tensor: Tensor, storage: Array) -> Array:
    """Return the numbers of a tensor; raises ValueError when one of them would lie outside its storage."""
    shape, strides, offset = _shape(tensor), tensor.strides, tensor.offset
    if not (_are_counts(strides) and len(strides) == len(shape) and _are_counts((offset,))):
        raise ValueError("the strides or the offset of a tensor are no numbers of 0 or more")
    last = offset + sum((count - 1) * stride for count, stride in zip(shape, strides, strict=True))
    if prod(shape) and last >= len(storage):
        raise ValueError(f"a tensor reaches to number {last} of a storage of {len(storage)}")
    if not prod(shape):
        return np.empty(shape, dtype=np.float32)
    steps = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps, writeable=False).copy()


def _are_counts(values: Any) -> bool:
    return (
        isinstance(values, tuple)
        and len(values) <= _MOST_AXES
        and all(type(value) is int and 0 <= value < 2**63 for value in values)
    )
