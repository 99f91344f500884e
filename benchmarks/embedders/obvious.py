"""The obvious way: Pillow, torchvision's own transforms, float32 as torch does it by itself, one picture at a time.

Several networks see it one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.embedders.lite import build_reference, load_reference
from tests.embedders.networks import build, maps_of, torchvision_models
from visualsearch.embedders.efficientnet_lite import VARIANTS
from visualsearch.embedders.mixes import Part, read_mix
from visualsearch.embedders.recipes import HEAD
from visualsearch.embedders.shipped import SHIPPED
from visualsearch.embedders.weights import read_weights

IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
LITE = ([127 / 255] * 3, [128 / 255] * 3)


class Obvious:
    """The networks of a file, as an afternoon with torch gives them."""

    def __init__(self, weights: Path) -> None:
        self._mix = read_mix(weights)
        self._head = self._mix.read_head()
        self._ways = [_way(part, weights) for part in self._mix.parts]

    def embed(self, paths: list[Path]) -> np.ndarray:
        """Return a vector for each picture."""
        return np.concatenate([self._embed(path) for path in paths])

    def _embed(self, path: Path) -> np.ndarray:
        image = Image.open(path).convert("RGB")
        return self._mix.vectors(np.concatenate([way(image) for way in self._ways], axis=1), self._head)


def _way(part: Part, weights: Path) -> Callable[[Image.Image], np.ndarray]:
    import torch

    name, is_ours = part.network.name, part.network.name not in VARIANTS
    run = _residual(SHIPPED[name].path if name in SHIPPED else weights) if is_ours else _lite(name)
    transform = _transform(part.fit.side, *(IMAGENET if is_ours else LITE))

    def see(image: Image.Image) -> np.ndarray:
        with torch.no_grad():
            return np.asarray(run(transform(image)[None]))

    return see


def _transform(side: int, mean: list[float], std: list[float]) -> Any:
    torchvision_models()
    from torchvision import transforms

    # torchvision's recipe for ImageNet shows 224 pixels of 256.
    shown = [transforms.Resize(side * 256 // 224), transforms.CenterCrop(side)]
    return transforms.Compose([*shown, transforms.ToTensor(), transforms.Normalize(mean=mean, std=std)])


def _residual(weights: Path) -> Callable[[Any], Any]:
    import torch

    state = {key: torch.from_numpy(value) for key, value in read_weights(weights).items()}
    network = build(width=len(state["conv1.weight"]))
    head = [state.pop(key, None) for key in (HEAD, "head.bias")]
    network.fc = torch.nn.Identity()
    unused = ("fc.", "proposals.")
    network.load_state_dict({key: value for key, value in state.items() if not key.startswith(unused)})

    def run(pixels: Any) -> Any:
        third, fourth = (map_.mean((2, 3)) for map_ in maps_of(network, pixels))
        return fourth if head[0] is None else torch.nn.functional.linear(torch.cat([third, fourth], 1), *head)

    return run


def _lite(name: str) -> Callable[[Any], Any]:
    network = load_reference(build_reference(name), VARIANTS[name].path)
    return lambda pixels: network.extract_features(pixels).mean((2, 3))
