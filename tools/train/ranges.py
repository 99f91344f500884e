"""How high the values go that each convolution of a finished network is given: what 8-bit integers have to hold."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from torch import nn
from torch.utils.hooks import RemovableHandle
from tqdm import tqdm

from tools.train.device import here
from tools.train.network import STRETCH, Student, load_student
from visualsearch.embedders.fitting import Fit
from visualsearch.embedders.ranges import Ranges, write_ranges

AT_ONCE = 32
EXACT = "layer1.0.conv1"
"""Stays in floating point, and has no range: by itself it made more of the error than all the others together."""


def store_ranges(weights: Path, images: list[Image.Image], side: int) -> None:
    """Measure with these pictures how high values go in a network of the package, and put that beside its weights."""
    state = load_student(weights)
    student = Student(dimensions=len(state["head.weight"]))
    student.load_state_dict(state)
    write_ranges(weights, measure_ranges(student, images, side))


@torch.no_grad()
def measure_ranges(student: Student, images: list[Image.Image], side: int) -> Ranges:
    """Return the highest value that any picture brings to each convolution of the blocks but `EXACT`, by its key."""
    student.eval()
    highest: dict[str, float] = {}

    def watch(key: str, convolution: nn.Module) -> RemovableHandle:
        def note(_: nn.Module, given: tuple[torch.Tensor]) -> None:
            highest[key] = max(highest.get(key, 0.0), float(given[0].max()))

        return convolution.register_forward_pre_hook(note)

    blocks = {key: module for key, module in student.named_modules() if key.startswith("layer") and key != EXACT}
    watched = [watch(key, module) for key, module in blocks.items() if isinstance(module, nn.Conv2d)]
    squares = here(torch.from_numpy(Fit(side, STRETCH).squares(images)))
    for part in tqdm(squares.split(AT_ONCE), desc="ranges", unit="batch", disable=None):
        student.maps(part.permute(0, 3, 1, 2).float() / 255)
    for handle in watched:
        handle.remove()
    return highest
