"""The mean of two trainings: often better on what neither has seen than each alone."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from tools.train.network import Student
from tools.train.pretrain import World
from tools.train.pupil import Pupil

BATCHES, SIDE = 12, 176


def average(first: Mapping[str, torch.Tensor], second: Pupil, share: float = 0.5) -> None:
    """Put the mean of two pupils' students into the second, which counts by `share`, 0 to 1; `first` is a state.

    It must have gone on from the first, or both from one training. A head of other dimensions, begun anew meanwhile,
    stays the second's. Sources: https://arxiv.org/abs/1803.05407, for a second stage https://arxiv.org/abs/2109.01903.
    """
    for key, value in second.student.state_dict().items():
        other = first[f"student.{key}"]
        if value.is_floating_point() and value.shape == other.shape:
            value.lerp_(other, 1 - share)


@torch.no_grad()
def take_statistics(student: Student, world: World) -> None:
    """Take the statistics of the batch norms anew: those of a mean of two networks are not the mean of theirs."""
    norms = [module for module in student.modules() if isinstance(module, nn.BatchNorm2d)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        # Without a momentum it is the plain mean over all batches.
        norm.momentum = None
    student.train()
    for _ in range(BATCHES):
        images = world.views(garments=6, scenery=5, things=11, designs=3, strange=2).images
        student.maps(functional.interpolate(images, SIDE, mode="bilinear", antialias=True))
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
