"""From the photos of a query to the upright images that are searched with, all through one door."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from visualsearch.exceptions import InvalidImage
from visualsearch.images import Box, check_not_plain, crop, open_for_search, open_photo
from visualsearch.search.query import Photo, PhotoQuery
from visualsearch.sources import Picture
from visualsearch.telemetry import step


def is_own(query: PhotoQuery, photo: Photo) -> bool:
    """Tell whether a photo of the query is one of the shop's own pictures."""
    return query.is_own or isinstance(photo, Picture)


def open_regions(photo: Photo, boxes: Sequence[Box | None], *, own: bool) -> list[Image.Image]:
    """Return regions of one photo, None for the whole of it; raises InvalidImage or one of its kinds.

    A picture of the shop's own (`own`) may be plain.
    """
    with step("decode"):
        image = _open(photo)
    regions = [crop(image, box) if box else image for box in boxes]
    if not own:
        for region in regions:
            check_not_plain(region)
    return regions


def open_several(photos: Sequence[Photo], own: Sequence[bool]) -> list[Image.Image]:
    """Return each photo whole; raises as `open_regions` does, with the number of the photo, from 1, in the message."""
    images = []
    for number, (photo, is_one) in enumerate(zip(photos, own, strict=True), 1):
        try:
            images += open_regions(photo, [None], own=is_one)
        except InvalidImage as error:
            raise type(error)(f"Photo {number} of {len(photos)}: {error}") from error
    return images


def _open(photo: Photo) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo
    if isinstance(photo, Picture):
        with photo.open() as file:
            return open_for_search(file)
    return open_photo(photo)
