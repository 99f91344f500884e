"""A head over several networks: directions in which pictures differ, measured by how much photos of one thing do.

Computed, not trained: the networks stay as they are. Source: within-class whitening, as in linear discriminant
analysis, https://doi.org/10.1111/j.1469-1809.1936.tb02137.x; classes are things, and views of one are to be alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import django
import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
django.setup()

from tools.train.augment import as_phone_sees  # noqa: E402 - once Django is set up
from tools.train.network import STRETCH  # noqa: E402
from tools.train.scenes import grounds, scenes  # noqa: E402
from tools.train.store import read_rows  # noqa: E402
from tools.train.things import Things, on_white  # noqa: E402
from visualsearch.embedders.networks import find_network  # noqa: E402
from visualsearch.embedders.products import ProductsEmbedder  # noqa: E402
from visualsearch.images import crop, open_image  # noqa: E402
from visualsearch.images.photos import PHOTO_SIDE  # noqa: E402
from visualsearch.search.boxes import suggest_boxes  # noqa: E402
from visualsearch.search.photos import SUBJECT_SHARE  # noqa: E402

Vectors = np.ndarray
Part = dict[str, Any]

LITES = (("efficientnet-lite0", 224, 1.0), ("efficientnet-lite2", 260, 1.0))
"""Networks beside ours, the side of their square in pixels, and their weight."""
OURS_SIDE, OURS_WEIGHT = 192, 0.7
DIMENSIONS = 384
RIDGE = 1.0
"""What every direction's spread within things is taken to have at least, as a share of the mean over all directions."""
PRINCIPAL = 1024
"""Principal directions of all pictures in which the head is sought; the rest is left out."""
GARMENTS, SINGLES, VIEWS = 1500, 2200, 2
"""How many garments and things with one view are looked at, and photos of each thing with several."""
_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What the networks see in pictures of one kind, a row a picture."""

    pictures: Vectors
    """What is to be told apart."""
    views: Vectors | None = None
    """What is to be alike: several rows of each thing. None where nothing is known to be one thing."""
    things: Vectors | None = None
    """Which thing each of the views shows, int64."""
    weight: float = 1.0
    """How much the spread of the pictures counts beside other groups."""

    def spread(self) -> Vectors:
        """Return the covariance of the pictures, its trace 1."""
        return _scatter(self.pictures - self.pictures.mean(axis=0))

    def spread_within(self) -> Vectors:
        """Return the covariance of the views around the mean of their thing, its trace 1."""
        _, places, counts = np.unique(self.things, return_inverse=True, return_counts=True)
        sums = np.zeros((len(counts), self.views.shape[1]))
        np.add.at(sums, places, self.views)
        return _scatter(self.views - (sums / counts[:, None])[places])

    def reduced(self, directions: Vectors) -> Group:
        """Return the same along these directions, one a column."""
        views = None if self.views is None else self.views @ directions
        return replace(self, pictures=self.pictures @ directions, views=views)


def parts_of(ours: str, folder: Path) -> list[Part]:
    """Return the parts of a mix, as `visualsearch.embedders.mixes` reads them; `ours` is a name, or a file in there."""
    return [
        {
            "network": name,
            "digest": find_network(name, folder).digest,
            "side": side,
            "stretch": STRETCH,
            "weight": weight,
        }
        for name, side, weight in ((ours, OURS_SIDE, OURS_WEIGHT), *LITES)
    ]


class Eyes:
    """Several networks side by side: each one's unit vector times its weight, one after the other.

    A mix takes its head's mean off vectors of just this length.
    """

    def __init__(self, parts: list[Part], folder: Path) -> None:
        path = folder / "side-by-side.safetensors"
        total = sum(find_network(part["network"], folder).dimensions for part in parts)
        write_head(path, parts, np.zeros(total, np.float32), np.eye(total, dtype=np.float32))
        self._embedder = ProductsEmbedder(path)
        self._length = float(np.linalg.norm([part["weight"] for part in parts]))

    def pictures(self, images: Sequence[Image.Image]) -> Vectors:
        """Return the vectors of pictures of a shop."""
        return self._length * np.concatenate([self._embedder.embed(part) for part in _parts(images, "pictures")])

    def photos(self, images: Sequence[Image.Image]) -> Vectors:
        """Return the vectors of photos, drawn towards their subjects as a search draws them."""
        return self._length * np.concatenate([self._photos(part) for part in _parts(images, "photos")])

    def _photos(self, images: Sequence[Image.Image]) -> Vectors:
        looks = self._embedder.look(images)
        boxes = [suggest_boxes(look) for look in looks]
        subjects = [crop(image, found[0]) if found else image for image, found in zip(images, boxes, strict=True)]
        whole = np.stack([look.vector for look in looks])
        return (1 - SUBJECT_SHARE) * whole + SUBJECT_SHARE * self._embedder.embed(subjects)


@dataclass(frozen=True, slots=True)
class SeenGoods:
    """What is seen of goods with known answers, by the place of their sku."""

    shop: Vectors
    photos: Vectors
    labels: Vectors

    def without(self, left_out: Sequence[int]) -> Group:
        """Return them without some, by place."""
        kept = ~np.isin(self.labels, list(left_out))
        shop = np.delete(self.shop, list(left_out), axis=0)
        pictures = np.concatenate([shop, self.photos[kept]])
        return Group(pictures=pictures, views=self.photos[kept], things=self.labels[kept], weight=2.0)


def see_goods(eyes: Eyes, folder: Path) -> SeenGoods:
    """Return the shop pictures of `catalog.csv` and the photos of `photos_train.csv`."""
    shop, photos = read_rows(folder / "catalog.csv"), read_rows(folder / "photos_train.csv")
    places = {row["sku"]: place for place, row in enumerate(shop)}
    return SeenGoods(
        eyes.pictures([_open(folder / row["image"]) for row in shop]),
        eyes.photos([_open(folder / row["photo"]) for row in tqdm(photos, desc="read", disable=None)]),
        np.array([places[row["sku"]] for row in photos]),
    )


def see_garments(eyes: Eyes, folder: Path) -> Group:
    """Return garments of the split `train`."""
    rows = [row for row in read_rows(folder / "images.csv") if row["split"] == "train"]
    chosen = np.random.default_rng(0).choice(len(rows), min(GARMENTS, len(rows)), replace=False)
    return Group(pictures=eyes.pictures([_open(folder / rows[place]["image"]) for place in chosen]))


def see_things(eyes: Eyes, things: Things, world: torch.Tensor) -> list[Group]:
    """Return things with several views, and some of those with one: as a shop shows them, and as a phone does."""
    torch.manual_seed(3)
    np.random.seed(3)
    several, one = (places.nonzero().flatten() for places in (things.views > 1, things.views == 1))
    plain = torch.cat([things.first[place] + torch.arange(int(things.views[place])) for place in several])
    labels = several.repeat_interleave(things.views[several])
    others = [things.first[several] + 1, things.first[several] + (things.views[several] - 1).clamp(max=2)]
    singles = one[torch.randperm(len(one))[:SINGLES]]
    return [
        _group(eyes, things, world, (plain, labels), (torch.stack(others, 1).flatten(), several.repeat_interleave(2))),
        _group(eyes, things, world, (things.first[singles], singles), (things.first[singles], singles)),
    ]


def solve(groups: Sequence[Group]) -> tuple[Vectors, Vectors]:
    """Return a mean, shape (numbers,), and a head, shape (dimensions, numbers)."""
    every = np.concatenate(
        [group.pictures for group in groups] + [one.views for one in groups if one.views is not None]
    )
    directions = _principal(_scatter(every - every.mean(axis=0)), PRINCIPAL)
    reduced = [group.reduced(directions) for group in groups]
    within = np.mean([group.spread_within() for group in reduced if group.views is not None], axis=0)
    values, vectors = np.linalg.eigh(within)
    whitening = (vectors / np.sqrt(values.clip(0) + RIDGE / len(values))) @ vectors.T
    total = sum(group.weight * group.spread() for group in reduced)
    head = directions @ whitening @ _principal(whitening @ total @ whitening, DIMENSIONS)
    return np.mean([group.pictures.mean(axis=0) for group in groups], axis=0), head.T


def write_head(path: Path, parts: list[Part], mean: Vectors, weight: Vectors) -> None:
    """Write a head, half precision, as `visualsearch.embedders.mixes` reads it."""
    # Its scale says nothing, since vectors get unit length; halves are most exact around 1.
    # safetensors writes memory as it lies, whatever the strides.
    weight = np.ascontiguousarray(weight / np.abs(weight).max())
    metadata = {"name": path.stem, "licence": "MIT", "parts": json.dumps(parts)}
    save_file({"mean": mean.astype(np.float32), "weight": weight.astype(np.float16)}, path, metadata)


def _group(
    eyes: Eyes,
    things: Things,
    world: torch.Tensor,
    shop: tuple[torch.Tensor, torch.Tensor],
    photos: tuple[torch.Tensor, torch.Tensor],
) -> Group:
    """Return the group of these views on white and those in scenes, each with the things that they show."""
    seen = [as_phone_sees(scenes(things.pixels[part], grounds(world, len(part)))) for part in photos[0].split(64)]
    pictures = eyes.pictures(_images(on_white(things.pixels[shop[0]])))
    views = np.concatenate([pictures, eyes.photos(_images(torch.cat(seen) * 255))])
    return Group(pictures=pictures, views=views, things=torch.cat([shop[1], photos[1]]).numpy())


def _images(pixels: torch.Tensor) -> list[Image.Image]:
    return [Image.fromarray(picture.byte().permute(1, 2, 0).numpy().copy()) for picture in pixels]


def _open(path: Path) -> Image.Image:
    return open_image(path, longest_side=PHOTO_SIDE)


def _parts(images: Sequence[Image.Image], what: str) -> list[Sequence[Image.Image]]:
    starts = tqdm(range(0, len(images), _BATCH), desc=what, unit="batch", disable=None)
    return [images[start : start + _BATCH] for start in starts]


def _scatter(centred: Vectors) -> Vectors:
    scatter = centred.T.astype(np.float64) @ centred
    return np.asarray(scatter / np.trace(scatter))


def _principal(scatter: Vectors, count: int) -> Vectors:
    """Return the directions of the largest spread, one a column, the largest first."""
    return np.linalg.eigh(scatter)[1][:, ::-1][:, :count]
