"""A device beside the processor, for machines that have none: what lies there mixes with nothing that lies here.

Its tensors hold the processor's, so that what is computed is true; PyTorch takes them for ones of `DEVICE`. As on a
real one, what meets a tensor of the other device is an error, but for plain numbers, copies, and places in a tensor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

DEVICE = torch.device("meta")
COPIES = {"copy_", "_to_copy"}
PLACES = {"index", "index_put_", "_index_put_impl_"}


class Elsewhere(torch.Tensor):
    """A tensor on the other device."""

    held: torch.Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> Elsewhere:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=DEVICE,
        )
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _compute(function, args, dict(kwargs or {}))

    def tolist(self) -> Any:
        return self.held.tolist()


class _Bringing(TorchFunctionMode):
    """Brings there what is made of Python's numbers, which PyTorch does by itself, unseen by the other mode."""

    def __torch_function__(
        self, function: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if function in (torch.tensor, torch.as_tensor) and torch.device(kwargs.get("device") or DEVICE) == DEVICE:
            return function(*args, **{**kwargs, "device": "cpu"}).to(DEVICE)
        return function(*args, **kwargs)


class _Making(TorchDispatchMode):
    """Makes there what is asked for there."""

    def __torch_dispatch__(
        self, function: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _compute(function, args, dict(kwargs or {}))


def _compute(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    there = any(isinstance(tensor, Elsewhere) for tensor in tensors)
    name = function.overloadpacket.__name__
    if any(tensor.device == DEVICE and not isinstance(tensor, Elsewhere) for tensor in tensors):
        raise RuntimeError(f"Expected {name} to get tensors that hold something.")
    if there and name not in COPIES and _mixes(name, args, tensors):
        raise RuntimeError(f"Expected all tensors of {name} on one device.")
    if kwargs.get("device") is not None:
        there = torch.device(kwargs["device"]) == DEVICE
        kwargs["device"] = torch.device("cpu")
    elif name == "copy_":
        there = isinstance(args[0], Elsewhere)
    held_args, held_kwargs = tree_map_only(Elsewhere, lambda tensor: tensor.held, (tuple(args), kwargs))
    result = function(*held_args, **held_kwargs)
    if function._schema.name.endswith("_") and isinstance(args[0], torch.Tensor):
        return args[0]
    return tree_map_only(torch.Tensor, Elsewhere, result) if there else result


def _mixes(name: str, args: Sequence[Any], tensors: list[torch.Tensor]) -> bool:
    """Tell whether tensors of both devices meet; places may be given from here in a tensor that lies there."""
    if name in PLACES and isinstance(args[0], Elsewhere):
        tensors = [args[0], *args[2:3]]
    return any(not isinstance(tensor, Elsewhere) and tensor.dim() for tensor in tensors)


@contextmanager
def computing_elsewhere() -> Iterator[None]:
    """Let PyTorch make there whatever it makes."""
    try:
        torch.set_default_device(DEVICE)
        with _Making(), _Bringing():
            yield
    finally:
        torch.set_default_device(None)
