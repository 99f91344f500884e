"""Second stage: phone photos against shop pictures, of goods with known answers, without forgetting the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from tools.train.augment import as_phone_sees, frames, relight, warp
from tools.train.feed import echo, feed
from tools.train.pretrain import KEPT, Stage, World, learn
from tools.train.pupil import Pupil
from tools.train.scenes import SIDE, cut_out, grounds, scenes
from tools.train.store import Store
from tools.train.teacher import Teacher
from tools.train.views import Batch, join


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Things with a shop picture and phone photos; labels are places among the shop pictures."""

    shop: Store
    photos: Store
    cut: torch.Tensor
    """The shop pictures without their white ground, uint8 (n, 4, side, side)."""

    @classmethod
    def of(cls, shop: Store, photos: Store) -> Goods:
        """Return the goods of a shop and its photos."""
        return cls(shop=shop, photos=photos, cut=cut_out(shop.pixels))

    def without(self, left_out: torch.Tensor) -> Goods:
        """Return the goods whose label is not among these; labels keep their meaning."""
        shop, photos = (~torch.isin(store.labels, left_out) for store in (self.shop, self.photos))
        return Goods(shop=self.shop.of(shop), photos=self.photos.of(photos), cut=self.cut[shop])


def adapt(
    pupil: Pupil,
    teacher: Teacher,
    goods: Goods,
    world: World,
    stage: Stage,
    out: Path,
) -> None:
    """Train until the time is over."""
    make = partial(mixed_views, goods, world)
    lessons = feed(make, teacher, side=stage.side)
    learn(pupil, echo(lessons, stage.echoes, KEPT // world.times), stage, out)


def mixed_views(goods: Goods, world: World) -> Batch:
    """Return a batch of the second stage: half of it goods with known answers and their photos."""
    return join(
        goods_views(goods, world.scenery, 6 * world.times, first=world.size),
        photo_views(goods.photos, 12 * world.times),
        world.lesson(garments=4, scenery=3, things=6, designs=1, strange=4),
    )


def photo_views(photos: Store, count: int) -> Batch:
    """See photos nearly as they are, for what the teacher says of each alone, whatever goods it shows."""
    places = torch.randperm(len(photos))[:count]
    frame = frames(photos.aspects[places], area=(0.6, 1.1), turn=6, tilt=0.03, stretch=1.35)
    images = relight(warp(photos.pixels[places].float() / 255, frame, SIDE), 0.35)
    nothing = torch.full((count,), -1)
    return Batch(images=images, things=nothing, types=nothing, counts=torch.ones(count))


def goods_views(goods: Goods, world: Store, count: int, first: int) -> Batch:
    """See `count` goods four times: two photos, the shop picture, and the shop picture's thing put into the world.

    All belong where the teacher would have the shop picture, which is to stay where those of goods stay that are not
    learnt from: drawn towards its photos, it might draw photos of the others too.
    """
    places = torch.randperm(len(goods.shop))[:count]
    labels = goods.shop.labels[places]
    photos = torch.stack([_photos_of(goods.photos, label) for label in labels]).T.flatten()
    frame = frames(goods.photos.aspects[photos], area=(0.4, 1.0), turn=15, tilt=0.12, stretch=1.35, flip=0)
    photo = warp(goods.photos.pixels[photos].float() / 255, frame, SIDE)
    calm = frames(goods.shop.aspects[places], area=(0.8, 1.3), turn=5, tilt=0.03, stretch=1.25, flip=0)
    shop = warp(goods.shop.pixels[places].float() / 255, calm, SIDE, outside="border")
    scene = scenes(goods.cut[places], grounds(world.pixels, len(places)))
    images = torch.cat([as_phone_sees(photo), relight(shop, 0.35), as_phone_sees(scene)])
    things = first + labels.repeat(4)
    counts = torch.tensor([0.0, 0, 1, 0]).repeat_interleave(len(places))
    return Batch(images=images, things=things, types=torch.full_like(things, -1), counts=counts)


def _photos_of(photos: Store, label: torch.Tensor) -> torch.Tensor:
    """Return the places of two photos of one thing."""
    places = (photos.labels == label).nonzero().flatten()
    return places[torch.randint(len(places), (2,))]
