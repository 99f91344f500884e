"""EfficientNet-Lite by the code that its weights were published with: what ours is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visualsearch.embedders.efficientnet_lite import Variant
from visualsearch.embedders.graph import Array

torch = pytest.importorskip("torch")

SMALL = Variant(name="efficientnet-lite0", width=0.25, depth=1.0, side=50, file_name="small.pth", digest="")
"""A network as deep as the smallest and a quarter as wide, whose maps have odd sides: 50, 25, 13, 7, 4, 2."""


def build_reference(name: str = SMALL.name, **changes: Any) -> Any:
    """Return the reference of this name, of chance numbers; `changes` are its own `override_params`."""
    EfficientNet = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet  # noqa: N806 - it is a class
    torch.manual_seed(1)
    return EfficientNet.from_name(name, drop_connect_rate=0, **changes).eval()


def build_small() -> Any:
    """Return the reference of `SMALL`, whose batch norms know what chance pixels bring to them."""
    network = build_reference(image_size=SMALL.side, width_coefficient=SMALL.width, num_classes=3)
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
        torch.nn.init.normal_(norm.weight, 1, 0.2)
        torch.nn.init.normal_(norm.bias, 0.5, 0.5)
    with torch.no_grad():
        network.train().extract_features(torch.randn(16, 3, SMALL.side, SMALL.side))
    return network.eval()


def load_reference(network: Any, path: Path) -> Any:
    """Return the reference with the weights of a file, which torch itself reads."""
    network.load_state_dict(torch.load(path, weights_only=True))
    return network


def features_of(network: Any, pixels: np.ndarray) -> Array:
    """Return the mean over the last map of bytes of pixels, channels last."""
    with torch.inference_mode():
        scaled = ((torch.from_numpy(pixels).float() - 127) / 128).permute(0, 3, 1, 2)
        return np.asarray(network.extract_features(scaled).mean((2, 3)))
