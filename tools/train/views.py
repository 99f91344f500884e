"""Two views of one thing: what a batch is made of."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from tools.train.augment import as_phone_sees, frames, recolour, relight, uniform, warp
from tools.train.scenes import SIDE, grounds, scenes, shop_pictures
from tools.train.store import Store
from tools.train.things import Things

SCENE = 0.3
"""What the teacher's word on a view in the world counts: half of it is about what stands around."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Views of things, the two views of one thing with one number."""

    images: torch.Tensor
    things: torch.Tensor
    types: torch.Tensor
    """What kind of garment, -1 where that is not known."""
    counts: torch.Tensor
    """What the teacher's word on a view counts for where its thing belongs: 1 for one that a shop would show."""


def two_views(store: Store, count: int, world: Store) -> Batch:
    """See `count` pictures twice: nearly as they are, and as a phone would, some before a part of the world."""
    places = torch.randperm(len(store))[:count]
    pixels, aspects = store.pixels[places].float() / 255, store.aspects[places]
    calm = warp(pixels, frames(aspects, area=(0.65, 1.1), turn=6, tilt=0.03, stretch=1.35), SIDE)
    wild = warp(pixels, frames(aspects, area=(0.25, 1.1), turn=28, tilt=0.22, stretch=1.5), SIDE)
    far = (torch.rand(count) < 0.25).nonzero().flatten()
    wild[far] = _before(pixels[far], aspects[far], world)
    images = torch.cat([relight(calm, 0.35), as_phone_sees(wild)])
    types = store.labels[places].repeat(2)
    return Batch(images=images, things=places.repeat(2), types=types, counts=_shop_then_world(count))


def _shop_then_world(count: int) -> torch.Tensor:
    return torch.tensor([1.0, SCENE]).repeat_interleave(count)


def _before(pixels: torch.Tensor, aspects: torch.Tensor, world: Store) -> torch.Tensor:
    """Return pictures pasted, smaller, before parts of others."""
    count = len(pixels)
    matrix = frames(aspects, area=(1.3, 3.5), turn=20, tilt=0.15, stretch=1.3)
    matrix[:, :2, 2] = torch.empty(count, 2).uniform_(-0.5, 0.5)
    mask = torch.ones(count, 1, *pixels.shape[2:])
    layer = warp(torch.cat([pixels, mask], dim=1), matrix, SIDE, outside="zeros")
    return grounds(world.pixels, count) * (1 - layer[:, 3:]) + layer[:, :3] * layer[:, 3:]


def thing_views(things: Things, world: Store, count: int, first: int) -> Batch:
    """See `count` things twice: as a shop shows them, and in the world; their numbers begin at `first`.

    A thing with more views is seen more often.
    """
    places = torch.multinomial(things.views.float(), count)
    alone, among = things.pick(places)
    aspects = torch.ones(count)
    shop = warp(
        shop_pictures(alone),
        frames(aspects, area=(0.9, 1.25), turn=3, tilt=0, stretch=1.2, flip=0),
        SIDE,
        outside="border",
    )
    photo = scenes(among, grounds(world.pixels, count))
    photo = warp(photo, frames(aspects, area=(0.5, 1.0), turn=8, tilt=0.08, stretch=1.3, flip=0), SIDE)
    images = torch.cat([relight(shop, 0.3), as_phone_sees(photo)])
    unknown = torch.full((2 * count,), -1)
    return Batch(images=images, things=first + places.repeat(2), types=unknown, counts=_shop_then_world(count))


def strange_views(store: Store, things: Things, count: int) -> Batch:
    """See `count` mixtures of pictures in colours that they never had, for what a teacher says of them alone.

    What is copied from a teacher must be seen in breadth, not in truth. Source: https://arxiv.org/abs/2106.05237.
    """
    places = torch.randint(len(store), (count,))
    frame = frames(store.aspects[places], area=(0.04, 1.0), turn=90, tilt=0.2, stretch=1.6)
    images = warp(store.pixels[places].float() / 255, frame, SIDE)
    drawn = scenes(things.pick(torch.randint(len(things), (count // 2,)))[0], images[: count // 2])
    images = torch.cat([drawn, images[count // 2 :]])
    images = recolour(images)
    cut = torch.rand(count, 1, SIDE // 16, SIDE // 16)
    cut = functional.interpolate(functional.avg_pool2d(cut, 5, 1, 2), SIDE, mode="bilinear")
    mask = (cut > cut.mean((2, 3), keepdim=True) + uniform(count, 0, 0.15)).float()
    images = as_phone_sees(images * (1 - mask) + images.roll(1, 0) * mask)
    nothing = torch.full((count,), -1)
    return Batch(images=images, things=nothing, types=nothing, counts=torch.ones(count))


def join(*batches: Batch) -> Batch:
    """Return one batch of several."""
    return Batch(
        images=torch.cat([batch.images for batch in batches]),
        things=torch.cat([batch.things for batch in batches]),
        types=torch.cat([batch.types for batch in batches]),
        counts=torch.cat([batch.counts for batch in batches]),
    )
