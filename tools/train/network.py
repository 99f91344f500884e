"""The network that learns, and the one that it learns from."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from visualsearch.embedders.torchvision_ops import define_missing_operators

define_missing_operators()

from torchvision.models import mobilenet_v2  # noqa: E402 - only now can it be imported beside a CPU build of torch
from torchvision.models.resnet import BasicBlock, ResNet  # noqa: E402

WIDTH = 48
DIMENSIONS = 256
_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
_DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


class Student(ResNet):
    """torchvision's ResNet-18 with narrower stages, and a head on the averages of its last two maps."""

    def __init__(self, width: int = WIDTH) -> None:
        self._width = width
        super().__init__(BasicBlock, [2, 2, 2, 2])
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")
        self.bn1 = nn.BatchNorm2d(width)
        self.fc = nn.Identity()
        self.head = nn.Linear(12 * width, DIMENSIONS)
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
        values = ((images - _MEAN) / _DEVIATION).contiguous(memory_format=torch.channels_last)
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
        pooled = torch.cat([values.mean((2, 3)) for values in maps[-2:]], dim=1)
        return functional.normalize(self.head(pooled))


class Teacher(nn.Module):
    """MobileNet-V2's features: what it sees at a quarter, an eighth, a 16th and a 32nd of the size.

    Every channel has mean 0 and deviation 1 over pictures in general, but for the last map, which is centred alone:
    there the strength of a channel says something.
    """

    channels = (24, 32, 96, 1280)
    _ends = (3, 6, 13, 18)

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.features = mobilenet_v2(weights=None).features
        self.features.load_state_dict({key: value.float() for key, value in load_file(weights).items()})
        self.centres = [torch.zeros(1, count, 1, 1) for count in self.channels]
        self.deviations = [torch.ones(1, count, 1, 1) for count in self.channels]
        self.basis = torch.zeros(self.channels[-1], DIMENSIONS)
        self.requires_grad_(False).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        values = ((images - _MEAN) / _DEVIATION).contiguous(memory_format=torch.channels_last)
        maps = []
        for number, layer in enumerate(self.features):
            values = layer(values)
            if number in self._ends:
                level = len(maps)
                maps.append((values - self.centres[level]) / self.deviations[level])
        return maps

    def place(self, last: torch.Tensor) -> torch.Tensor:
        """Return unit vectors of the last maps, of as many dimensions as the student's."""
        return functional.normalize((last + self.centres[-1]).mean((2, 3)) @ self.basis)

    def settle(self, images: torch.Tensor) -> None:
        """Take these images for pictures in general."""
        parts = [[values.float() for values in self(part)] for part in images.split(16)]
        for level in range(len(self.channels)):
            values = torch.cat([part[level] for part in parts])
            self.centres[level] = values.mean((0, 2, 3), keepdim=True).clone()
            if level < len(self.channels) - 1:
                self.deviations[level] = values.std((0, 2, 3), keepdim=True).clone()
        self._find_basis(values.mean((2, 3)))

    def _find_basis(self, pooled: torch.Tensor) -> None:
        """Keep the directions in which means of maps differ most, the strongest of them made weaker.

        Half way to whitening: they find 0.42 / 0.80 of the groceries (recall@1 / @5), all 1,280 channels 0.42 / 0.78.
        """
        _, strengths, directions = torch.linalg.svd(pooled - pooled.mean(0), full_matrices=False)
        self.basis = (directions[:DIMENSIONS] / strengths[:DIMENSIONS, None].sqrt()).T.clone()


def load_student(file: Path) -> dict[str, torch.Tensor]:
    """Return the state of a student that was stored for the package, in full precision."""
    return {key: value.float() if value.is_floating_point() else value for key, value in load_file(file).items()}


def save_student(student: Student, file: Path, metadata: dict[str, str], *, half: bool = False) -> None:
    """Store a student; in half precision for the package."""
    state = {
        key: value.half().contiguous() if half and value.is_floating_point() else value.contiguous()
        for key, value in student.state_dict().items()
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, file, metadata=metadata)
