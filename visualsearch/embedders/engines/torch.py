"""Runs a network with torch: channels last, in inference mode, in float32 or bfloat16."""

from __future__ import annotations

import torch
from torch.nn import functional

from visualsearch.embedders.engines.base import Engine, Number
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.network import Array, Block, Convolution, Network, Proposals


class TorchEngine(Engine):
    """Computes with `threads` threads, which is a setting of the whole process."""

    def __init__(self, network: Network, number: Number, *, threads: int) -> None:
        torch.set_num_threads(threads)
        self._type = torch.bfloat16 if number is Number.BFLOAT16 else torch.float32
        self._mean = torch.from_numpy(network.pixel_mean)
        self._stem = _Convolution(network.stem, self._type)
        self._stages = [[_Block(block, self._type) for block in stage] for stage in network.stages]
        head = network.head
        self._proposals = network.proposals and _Proposals(network.proposals)
        self._head = (torch.from_numpy(head.weight), torch.from_numpy(head.bias)) if head else None

    def run(self, pixels: Pixels) -> tuple[Array, Array]:
        with torch.inference_mode():
            # Rows of pixels lie channels last already, which is the layout that convolutions like best.
            values = (torch.from_numpy(pixels) - self._mean).to(self._type).permute(0, 3, 1, 2)
            map_ = functional.max_pool2d(self._stem(values).relu_(), kernel_size=3, stride=2, padding=1)
            maps = []
            for stage in self._stages:
                for block in stage:
                    map_ = block(map_)
                maps.append(map_)
            return self._features(maps).numpy(), self._places(maps).numpy()

    def _places(self, maps: list[torch.Tensor]) -> torch.Tensor:
        third, fourth = (map_.float() for map_ in maps[-2:])
        return self._proposals(third, fourth) if self._proposals else fourth.sum(1, keepdim=True)

    def _features(self, maps: list[torch.Tensor]) -> torch.Tensor:
        third, fourth = (map_.mean((2, 3), dtype=torch.float32) for map_ in maps[-2:])
        if self._head is None:
            return fourth
        return functional.linear(torch.cat([third, fourth], 1), *self._head)


class _Convolution:
    def __init__(self, given: Convolution, kind: torch.dtype) -> None:
        self._weight = _tensor(given.weight, kind).contiguous(memory_format=torch.channels_last)
        self._bias = _tensor(given.bias, kind)
        self._stride, self._padding = given.stride, given.padding

    def __call__(self, map_: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(map_, self._weight, self._bias, self._stride, self._padding)


class _Block:
    def __init__(self, given: Block, kind: torch.dtype) -> None:
        self._first = [_Convolution(convolution, kind) for convolution in given.convolutions[:-1]]
        self._last = _Convolution(given.convolutions[-1], kind)
        self._shortcut = given.shortcut and _Convolution(given.shortcut, kind)

    def __call__(self, map_: torch.Tensor) -> torch.Tensor:
        inner = map_
        for convolution in self._first:
            inner = convolution(inner).relu_()
        inner = self._last(inner)
        inner += self._shortcut(map_) if self._shortcut else map_
        return inner.relu_()


class _Proposals:
    def __init__(self, given: Proposals) -> None:
        parts = (given.third, given.fourth, given.last)
        self._third, self._fourth, self._last = (_Convolution(part, torch.float32) for part in parts)

    def __call__(self, third: torch.Tensor, fourth: torch.Tensor) -> torch.Tensor:
        inner = self._third(third)
        inner += functional.interpolate(self._fourth(fourth), inner.shape[2:])
        return self._last(inner.relu_()).sigmoid_()


def _tensor(values: Array, kind: torch.dtype) -> torch.Tensor:
    return torch.from_numpy(values).to(kind)
