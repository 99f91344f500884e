"""What a finished network says of what is fine, beside what it learnt to say of kinds: computed, not trained.

The third stage's map knows more of pattern and colour than a teacher's places ask for. The directions of its mean in
which pictures differ most, measured by how much a phone or an app changes them, are a part of the vector of their own.
"""

from __future__ import annotations

import os

import django
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
django.setup()

from tools.train.device import fast_numbers, here  # noqa: E402 - once Django is set up
from tools.train.network import STRETCH, Student  # noqa: E402
from tools.train.pretrain import World  # noqa: E402
from tools.train.things import on_white  # noqa: E402
from visualsearch.embedders.fitting import Fit  # noqa: E402
from visualsearch.embedders.recipes import Details  # noqa: E402
from visualsearch.search.disturbances import DISTURBANCES, disturb  # noqa: E402

KINDS, DETAILS = 128, Details(rows=128, share=0.15)
"""Dimensions of what the head says of kinds, and of details; docs/training.md has what others find."""
PICTURES, COPIES = 500, 2
"""Garments, things and photos that are looked at, so many of each, and disturbed copies of each picture."""
LEAST = 0.1
"""Part of the mean change that every direction is taken to have at least."""


@torch.no_grad()
def learn_details(student: Student, world: World, side: int) -> None:
    """Give a finished student rows for details, and what it says of kinds no more dimensions than it needs."""
    pictures = draw_pictures(world)
    disturbances = [one for one in DISTURBANCES if one != "none"]
    plain = _see(student, pictures, side)
    changes = []
    for copy in range(COPIES):
        disturbed = [
            disturb(one, disturbances[(place + 3 * copy) % len(disturbances)], seed=copy)
            for place, one in enumerate(tqdm(pictures, desc="details", unit="picture", disable=None))
        ]
        changes.append(_see(student, disturbed, side) - plain)
    # The fourth stage, whose means come after, has twice the channels of the third.
    third = student.head.in_features // 3
    weight, bias = _shortened(student.head, plain)
    fine = _steady(plain[:, :third], torch.cat(changes)[:, :third])
    head = nn.Linear(student.head.in_features, len(weight) + DETAILS.rows)
    head.weight.copy_(torch.cat([weight, functional.pad(fine, (0, 2 * third))]))
    head.bias.copy_(torch.cat([bias, -fine @ plain[:, :third].mean(0)]))
    student.head, student.details = head, DETAILS


def draw_pictures(world: World) -> list[Image.Image]:
    """Return garments, things on white and whatever else photos show."""
    things = on_white(world.things.pixels[_some(len(world.things.pixels))])
    stores = [store.pixels[_some(len(store))] for store in (world.garments, world.scenery)]
    return [
        Image.fromarray(picture.permute(1, 2, 0).numpy().copy())
        for pixels in (*stores, things)
        for picture in pixels.cpu()
    ]


def _some(count: int) -> torch.Tensor:
    return torch.randperm(count)[:PICTURES]


def _see(student: Student, images: list[Image.Image], side: int) -> torch.Tensor:
    """Return the means that the head sees of images."""
    student.eval()
    squares = here(torch.from_numpy(Fit(side, STRETCH).squares(images)))
    means = []
    for part in squares.split(32):
        with fast_numbers():
            maps = student.maps(part.permute(0, 3, 1, 2).float() / 255)
        means.append(student.means([values.float() for values in maps]))
    return torch.cat(means)


def _shortened(head: nn.Linear, means: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a head of the directions in which what it says is longest; weight and bias."""
    directions = torch.linalg.svd(head(means), full_matrices=False)[2][:KINDS]
    return directions @ head.weight, directions @ head.bias


def _steady(means: torch.Tensor, changes: torch.Tensor) -> torch.Tensor:
    """Return directions that tell pictures apart and in which disturbances change them little, half whitened; rows.

    Linear discriminants: what differs within pictures is whitened away, then what differs between them is sorted by
    strength.
    """
    within = changes.T @ changes / len(changes)
    within += LEAST * within.diagonal().mean() * torch.eye(len(within))
    strengths, axes = torch.linalg.eigh(within)
    whiten = axes / strengths.sqrt()
    _, spread, directions = torch.linalg.svd((means - means.mean(0)) @ whiten, full_matrices=False)
    spread = spread[: DETAILS.rows] / len(means) ** 0.5
    return (whiten @ directions[: DETAILS.rows].T / spread.sqrt()).T
