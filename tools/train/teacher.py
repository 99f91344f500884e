"""The network that a student learns from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from tools.train.device import fast_numbers, is_processor
from tools.train.network import DIMENSIONS, normalised
from visualsearch.embedders.torchvision_ops import define_missing_operators

define_missing_operators()

from torchvision.models import mobilenet_v2  # noqa: E402 - only now can it be imported beside a CPU build of torch

Maps = list[torch.Tensor]
"""Float32, each of shape (images, channels, rows, columns)."""

See = Callable[[torch.Tensor], Maps]
"""What a network sees in images of any size, pixels 0 to 1."""

SIDE = 224
"""Pixels each way that MobileNet-V2 sees."""
AT_ONCE = 16
"""Images that stay in the processor's cache."""
AT_ONCE_ELSEWHERE = 256
"""Images whose maps find room in an accelerator's memory."""


class Teacher:
    """MobileNet-V2's features: what it sees at a quarter, an eighth, a 16th and a 32nd of the size.

    Every channel has mean 0 and deviation 1 over pictures in general, but for the last map, which is centred alone:
    there the strength of a channel says something.
    """

    channels: tuple[int, ...] = (24, 32, 96, 1280)
    dimensions = DIMENSIONS
    """Of the places that it assigns to vectors."""

    def __init__(self, *networks: See) -> None:
        self._networks = networks
        self.centres = [torch.zeros(1, count, 1, 1) for count in self.channels]
        self.deviations = [torch.ones(1, count, 1, 1) for count in self.channels]
        self.basis = torch.zeros(self.channels[-1], self.dimensions)

    @classmethod
    def open(cls, weights: Path) -> Self:
        """Return the teacher with these weights of MobileNet-V2, not settled yet."""
        return cls(run_fast(MobileNet(weights), SIDE))

    def look(self, images: torch.Tensor) -> Maps:
        """Return what is seen in images of any size, pixels 0 to 1, beside what is seen in pictures in general."""
        levels = zip(self.see(images), self.centres, self.deviations, strict=True)
        return [(values - centre) / deviation for values, centre, deviation in levels]

    def see(self, images: torch.Tensor) -> Maps:
        """Return what is seen in images, pixels 0 to 1."""
        return self._networks[0](images)

    def place(self, last: torch.Tensor) -> torch.Tensor:
        """Return unit vectors of the last maps, of as many dimensions as the student's."""
        return functional.normalize((last + self.centres[-1]).mean((2, 3)) @ self.basis)

    def settle(self, images: torch.Tensor) -> None:
        """Take these images, more than there are dimensions, for pictures in general."""
        seen = self.see(images)
        for level, values in enumerate(seen[:-1]):
            self.centres[level] = values.mean((0, 2, 3), keepdim=True)
            self.deviations[level] = values.std((0, 2, 3), keepdim=True).clamp(min=1e-6)
        self.settle_last(seen[-1])

    def settle_last(self, values: torch.Tensor) -> None:
        """Learn from the last maps of pictures in general where their vectors have places.

        In the directions in which the means of maps differ most, the strongest of them made weaker: half way to
        whitening they find 0.42 / 0.80 of the groceries (recall@1 / @5), all 1,280 channels 0.42 / 0.78.
        """
        self.centres[-1] = values.mean((0, 2, 3), keepdim=True)
        self.basis = half_whitened(values.mean((2, 3)), self.dimensions)


def half_whitened(vectors: torch.Tensor, dimensions: int) -> torch.Tensor:
    """Return the directions in which vectors differ most, each divided by the root of its strength; columns."""
    _, strengths, directions = torch.linalg.svd(vectors - vectors.mean(0), full_matrices=False)
    return (directions[:dimensions] / strengths[:dimensions, None].sqrt()).T.contiguous()


def run_fast(network: nn.Module, side: int) -> See:
    """Return what sees by a network that learns nothing any more, in images of any size squeezed to `side`.

    On the processor by OpenVINO, four times as fast as torch where both compute in float32 (MobileNet-V2 at 224
    pixels, AVX2: 9 and 32 ms an image).
    """
    see = _by_openvino(network.eval(), side) if is_processor() else _by_torch(network.eval())

    def run(images: torch.Tensor) -> Maps:
        return see(functional.interpolate(images, side, mode="bilinear", antialias=True))

    return run


def _by_torch(network: nn.Module) -> See:
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.no_grad()
    def see(images: torch.Tensor) -> Maps:
        with fast_numbers():
            answers = [network(part) for part in images.split(AT_ONCE_ELSEWHERE)]
        return [torch.cat(level).float() for level in zip(*answers, strict=True)]

    return see


def _by_openvino(network: nn.Module, side: int) -> See:
    # Where an accelerator is, it need not be.
    import openvino

    program = torch.export.export(
        network, (torch.rand(AT_ONCE, 3, side, side),), dynamic_shapes=({0: torch.export.Dim("images")},)
    )
    threads = {"INFERENCE_NUM_THREADS": torch.get_num_threads()}
    compiled = openvino.compile_model(openvino.convert_model(program), "CPU", threads)

    def see(images: torch.Tensor) -> Maps:
        answers = [compiled(part.contiguous().numpy()).to_tuple() for part in images.split(AT_ONCE)]
        return [torch.cat([torch.from_numpy(part.copy()) for part in level]) for level in zip(*answers, strict=True)]

    return see


class MobileNet(nn.Module):
    """Its features alone, as they are after each of four depths."""

    _ends = (3, 6, 13, 18)

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.features = mobilenet_v2(weights=None).features
        self.features.load_state_dict({key: value.float() for key, value in load_file(weights).items()})

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        values, maps = normalised(images), []
        for number, layer in enumerate(self.features):
            values = layer(values)
            if number in self._ends:
                maps.append(values)
        return tuple(maps)
