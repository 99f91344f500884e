"""From a query to the images that are searched with: a photo as it is, a picture of the shop in every disturbance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from visualsearch.exceptions import InvalidImage, VisualSearchError
from visualsearch.images import open_image
from visualsearch.search.disturbances import DISTURBANCES, disturb
from visualsearch.search.evaluation.queries import Query
from visualsearch.sources import Picture

LONGEST_SIDE = 640
"""Pixels to which a picture of the shop is reduced before it is disturbed: well above what embedders look at."""

PHOTO = ""
"""The disturbance of a photo that somebody took: none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One search that is to be made."""

    query: Query
    disturbance: str
    """One of DISTURBANCES, or PHOTO."""
    photo: Path | Image.Image


def shots_of(query: Query, seed: int) -> Iterator[Shot]:
    """Yield every search for a query; raises InvalidImage for a picture that cannot be read."""
    if isinstance(query.photo, Path):
        yield Shot(query=query, disturbance=PHOTO, photo=query.photo)
        return
    image = open_picture(query.photo)
    for name in DISTURBANCES:
        yield Shot(query=query, disturbance=name, photo=disturb(image, name, seed))


def shot_again(query: Query, disturbance: str, seed: int) -> Shot:
    """Return one of the searches that `shots_of` yielded; raises as it does."""
    photo = query.photo if isinstance(query.photo, Path) else disturb(open_picture(query.photo), disturbance, seed)
    return Shot(query=query, disturbance=disturbance, photo=photo)


def open_picture(picture: Picture) -> Image.Image:
    """Return one of the shop's pictures, reduced; raises InvalidImage, whatever its storage raised."""
    try:
        with picture.open() as file:
            return open_image(file, longest_side=LONGEST_SIDE)
    except VisualSearchError:
        raise
    except Exception as error:  # a storage may raise anything, and no picture may stop the others
        raise InvalidImage(f"The storage does not give it: {type(error).__name__}: {error}") from error
