"""Makes `import torchvision` work where its compiled operators do not fit the installed torch.

Beside the CPU build of torch, torchvision's common wheel cannot load its compiled operators, since they were linked
with CUDA, and its import ends with `operator torchvision::nms does not exist`
(https://github.com/pytorch/vision/issues/9085). No ResNet uses these operators: it is enough that they have a name.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

_SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


@cache
def define_missing_operators() -> Any:
    """Name the operators that torchvision's import asks for; cached, since they live as long as the result."""
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name, schema in _SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(name + schema)
    return library
