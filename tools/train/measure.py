"""How well photos find their shop picture, and garments their type."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from tools.train.augment import as_phone_sees
from tools.train.network import Student
from tools.train.scenes import grounds, scenes
from tools.train.things import Things, on_white


@torch.no_grad()
def embed_all(student: Student, pixels: torch.Tensor, side: int) -> torch.Tensor:
    """Return the vector of every picture, squeezed to `side` pixels each way; `pixels` are uint8."""
    student.eval()
    parts = []
    for part in pixels.split(64):
        small = functional.interpolate(part.float() / 255, side, mode="bilinear", antialias=True)
        parts.append(student.embed(student.maps(small)))
    return torch.cat(parts)


def unseen_things(
    things: Things, world: torch.Tensor, seed: int = 7
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return shop pictures of things, phone photos of their other sides, and which thing each photo shows; uint8."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        np.random.seed(seed)
        right = torch.arange(len(things)).repeat_interleave(things.views - 1)
        number = torch.cat([torch.arange(1, int(views)) for views in things.views])
        shop = on_white(things.pixels[things.first])
        photos = [
            as_phone_sees(scenes(things.pixels[part], grounds(world, len(part))))
            for part in (things.first[right] + number).split(64)
        ]
    return shop, (torch.cat(photos) * 255).byte(), right


def recall(
    photos: torch.Tensor, right: torch.Tensor, shop: torch.Tensor, ranks: tuple[int, ...] = (1, 5)
) -> list[float]:
    """Return the share of photos whose right shop picture is among the first, for each rank."""
    order = (photos @ shop.T).argsort(dim=1, descending=True)
    place = (order == right[:, None]).float().argmax(dim=1)
    return [round(float((place < rank).float().mean()), 4) for rank in ranks]


def type_recall(queries: torch.Tensor, wanted: torch.Tensor, pool: torch.Tensor, labels: torch.Tensor) -> float:
    """Return how often the nearest picture of the pool has the same label."""
    known, usable = wanted >= 0, labels >= 0
    nearest = (queries[known] @ pool[usable].T).argmax(dim=1)
    return round(float((labels[usable][nearest] == wanted[known]).float().mean()), 4)
