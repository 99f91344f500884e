"""Where a training computes: an accelerator where there is one, else the processor.

Everything that is made lies on PyTorch's default device; only what comes from elsewhere has to be brought `here`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from visualsearch.embedders.engines.processor import bfloat16_is_faster


def compute_on(name: str) -> None:
    """Take `cpu`, `cuda`, or by `auto` the better of the two that is there; any other device of PyTorch's by name.

    Raises ValueError where there is no such device.
    """
    device = ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"Expected cpu, auto, or a device that is here, such as cuda; {name}: {error}") from error
    torch.set_default_device(device)


def is_processor() -> bool:
    """Tell whether the training computes on the processor itself."""
    return torch.get_default_device().type == "cpu"


def here(values: torch.Tensor) -> torch.Tensor:
    """Return a tensor where the training computes."""
    return values.to(torch.get_default_device())


def fast_numbers() -> AbstractContextManager[object]:
    """Return the context in which networks compute in bfloat16 where that is faster, as it is on accelerators."""
    kind = torch.get_default_device().type
    if not torch.amp.is_autocast_available(kind):
        return nullcontext()
    return torch.autocast(kind, torch.bfloat16, enabled=kind != "cpu" or bfloat16_is_faster())
