"""The network that learns."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from tools.train.device import here
from visualsearch.embedders.recipes import Details
from visualsearch.embedders.torchvision_ops import define_missing_operators

define_missing_operators()

from torchvision.models.resnet import BasicBlock, ResNet  # noqa: E402 - only now, beside a CPU build of torch

WIDTH = 48
DIMENSIONS = 256
STRETCH = 1.34
"""By how much the package may distort an aspect, see `visualsearch.embedders.fitting.Fit`."""
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def normalised(images: torch.Tensor) -> torch.Tensor:
    """Return pixels, 0 to 1, as networks for ImageNet want them."""
    return (images - MEAN.to(images.device)) / DEVIATION.to(images.device)


class Student(ResNet):
    """torchvision's ResNet-18 with narrower stages, and a head on the averages of its last two maps."""

    details: Details | None = None
    """Rows of the head that are a part of their own; none while it learns."""

    def __init__(self, width: int = WIDTH, dimensions: int = DIMENSIONS) -> None:
        self._width = width
        super().__init__(BasicBlock, [2, 2, 2, 2])
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")
        self.bn1 = nn.BatchNorm2d(width)
        self.fc = nn.Identity()
        self.head = nn.Linear(12 * width, dimensions)
        nn.init.orthogonal_(self.head.weight)
        inner = nn.Conv2d(12 * width, 64, 1), nn.ReLU(), nn.Conv2d(64, 5, 3, padding=1)
        self.proposals = nn.Sequential(*inner).requires_grad_(False)

    def _make_layer(
        self, block: type[BasicBlock], planes: int, blocks: int, stride: int = 1, dilate: bool = False
    ) -> nn.Sequential:
        if planes == 64:
            self.inplanes = self._width
        return super()._make_layer(block, planes * self._width // 64, blocks, stride, dilate)

    def maps(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Return the maps of the four stages; `images` are pixels 0 to 1."""
        values = normalised(images).contiguous(memory_format=torch.channels_last)
        values = self.maxpool(self.relu(self.bn1(self.conv1(values))))
        maps = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            values = stage(values)
            maps.append(values)
        return maps

    def last_maps(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """Return the third map with the fourth spread over its places, one after the other."""
        third, fourth = maps[-2:]
        return torch.cat([third, functional.interpolate(fourth, third.shape[2:])], dim=1)

    def embed(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """Return unit vectors of the maps."""
        said = self.head(self.means(maps))
        if self.details is None:
            return functional.normalize(said)
        return torch.from_numpy(self.details.weigh(said.cpu().numpy())).to(said.device)

    def means(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """Return what the head sees: the means of the last two maps, the third stage's first."""
        return torch.cat([values.mean((2, 3)) for values in maps[-2:]], dim=1)


def load_student(file: Path) -> dict[str, torch.Tensor]:
    """Return the state of a student that was stored for the package, in full precision."""
    return {key: here(value.float() if value.is_floating_point() else value) for key, value in load_file(file).items()}


def save_student(student: Student, file: Path, metadata: dict[str, str], *, half: bool = False) -> None:
    """Store a student; in half precision for the package."""
    if student.details:
        metadata = {**metadata, "details": f"{student.details.rows}:{student.details.share}"}
    state = {
        key: (value.half() if half and value.is_floating_point() else value).contiguous()
        for key, value in student.state_dict().items()
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, file, metadata=metadata)
