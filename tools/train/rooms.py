"""Pictures of several things, each of whose places is known: what proposing regions is learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from tools.train.augment import Images, as_phone_sees, chosen, frames, uniform, warp
from tools.train.scenes import SIDE, grounds, lay

SIZES = (0.15, 0.2, 0.27, 0.36, 0.5, 0.7, 0.95)
"""Side of a thing's own picture, as a share of the room's."""
SEEN = 0.5
"""Share of a thing that must be seen, lest it count as hidden."""
SURFACE = (0.005, 0.08)
"""Share of a photo that a surface is made of: so near that no object is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Rooms with things in them."""

    images: Images
    edges: torch.Tensor
    """Left, top, right and bottom edge of each thing, as shares of the room, float32, (rooms, things, 4)."""
    seen: torch.Tensor
    """Whether the thing is there, and not hidden: bool, (rooms, things)."""


def furnish(things: torch.Tensor, world: torch.Tensor, count: int, most: int) -> Rooms:
    """Put up to `most` things into each of `count` rooms; the more there are, the smaller they are.

    `things` are uint8 (n, 4, side, side), transparent where the thing is not; `world` are photos for the surfaces.
    """
    images = _empty_rooms(world, count)
    how_many = torch.randint(1, most + 1, (count,))
    owner = torch.full((count, 1, SIDE, SIDE), -1)
    masks = []
    for place in range(most):
        # One size for the whole batch, so that things are reduced by a filter as wide as the reduction.
        size = SIZES[int(torch.randint(len(SIZES), ())) if place == 0 else int(torch.randint(len(SIZES) - 2, ()))]
        pixels = things[torch.randint(len(things), (count,))].float()
        small = functional.interpolate(pixels, max(16, round(size * SIDE)), mode="bilinear", antialias=True)
        canvas = torch.cat([images, torch.zeros(count, 1, SIDE, SIDE)], dim=1)
        laid = lay(canvas, small, torch.full((count,), size), turn=12, spread=1 - size / 2, tilt=0.1)
        is_there = (how_many > place) & (_hidden_by(laid[:, 3:] > 0.5, owner) < 0.3)
        images[is_there] = laid[is_there, :3]
        mask = (laid[:, 3:] > 0.5) & is_there[:, None, None, None]
        owner[mask] = place
        masks.append(mask)
    seen = [(owner == place) & mask for place, mask in enumerate(masks)]
    shares = [_area(part) / _area(mask).clamp(min=1) for part, mask in zip(seen, masks, strict=True)]
    return Rooms(
        images=as_phone_sees(images.clamp(0, 1)),
        edges=torch.stack([_edges(part) for part in seen], dim=1),
        seen=torch.stack(shares, dim=1) > SEEN,
    )


def _empty_rooms(world: torch.Tensor, count: int) -> Images:
    """Return a wall, mostly with a floor under it, and before some of them plates that are no things."""
    images = grounds(world, count, area=SURFACE)
    floor = grounds(world, count, area=SURFACE)
    line = torch.linspace(0, 1, SIDE)
    begins = torch.where(torch.rand(count) < 0.6, torch.empty(count).uniform_(0.4, 0.9), torch.ones(count))
    images = torch.where(line[None, None, :, None] > begins[:, None, None, None], floor, images)
    for _ in range(3):
        some = chosen(count, 0.3)
        plates = grounds(world, len(some), area=SURFACE)
        frame = frames(torch.ones(len(some)), area=(2, 12), turn=0, tilt=0.05, stretch=3, flip=0)
        frame[:, :2, 2] = torch.empty(len(some), 2).uniform_(-1, 1) * frame[:, :2, :2].diagonal(dim1=1, dim2=2)
        mask = warp(torch.ones(len(some), 1, SIDE, SIDE), frame, SIDE, outside="zeros")
        images[some] = images[some] * (1 - mask) + plates * mask * uniform(len(some), 0.8, 1.1)
    return images


def _hidden_by(mask: torch.Tensor, owner: torch.Tensor) -> torch.Tensor:
    """Return the share of each new thing that would lie on others."""
    return _area(mask & (owner >= 0)) / _area(mask).clamp(min=1)


def _area(mask: torch.Tensor) -> torch.Tensor:
    return mask.sum((1, 2, 3)).float()


def _edges(mask: torch.Tensor) -> torch.Tensor:
    """Return the edges of what is true in each mask, (n, 4); of nothing they are 0."""
    columns, rows = mask.any(2)[:, 0].float(), mask.any(3)[:, 0].float()
    first = [line.argmax(1) for line in (columns, rows)]
    last = [SIDE - line.flip(1).argmax(1) for line in (columns, rows)]
    edges = torch.stack([*first, *last], dim=1) / SIDE
    return edges * mask.any(3).any(2).float()
