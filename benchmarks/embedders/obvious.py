"""The obvious way: Pillow, torchvision's own transforms, float32 as torch does it by itself, one picture at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.embedders.networks import build, torchvision_models
from visualsearch.embedders.recipes import HEAD, recipe_of
from visualsearch.embedders.weights import read_weights


class Obvious:
    """The network of a file of weights, as an afternoon with torchvision gives it."""

    def __init__(self, weights: Path) -> None:
        import torch

        torchvision_models()
        from torchvision import transforms

        recipe = recipe_of(weights)
        name = recipe.architecture.name.partition("x")[0]
        self._network: Any = build(name, width=recipe.architecture.width)
        state = {key: torch.from_numpy(value) for key, value in read_weights(weights).items()}
        self._head = [state.pop(key, None) for key in (HEAD, "head.bias")]
        self._network.fc = torch.nn.Identity()
        unused = ("fc.", "proposals.")
        self._network.load_state_dict({key: value for key, value in state.items() if not key.startswith(unused)})
        side = recipe.fit.side
        self._transform = transforms.Compose(
            [
                # torchvision's recipe for ImageNet shows 224 pixels of 256.
                transforms.Resize(side * 256 // 224),
                transforms.CenterCrop(side),
                transforms.ToTensor(),
                transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
            ]
        )

    def embed(self, paths: list[Path]) -> np.ndarray:
        """Return a vector for each picture."""
        return np.stack([self._embed(path) for path in paths])

    def _embed(self, path: Path) -> np.ndarray:
        import torch

        with torch.no_grad():
            pixels = self._transform(Image.open(path).convert("RGB"))[None]
            vector = self._network(pixels) if self._head[0] is None else self._with_head(pixels)
            return torch.nn.functional.normalize(vector)[0].numpy()

    def _with_head(self, pixels: Any) -> Any:
        import torch

        network = self._network
        map_ = network.maxpool(network.relu(network.bn1(network.conv1(pixels))))
        third = network.layer3(network.layer2(network.layer1(map_)))
        means = torch.cat([third.mean((2, 3)), network.layer4(third).mean((2, 3))], 1)
        return torch.nn.functional.linear(means, *self._head)
