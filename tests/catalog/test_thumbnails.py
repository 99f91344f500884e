"""From a picture to its two thumbnails."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from catalog.thumbnails import LARGE, SMALL, make_thumbnails, thumbnail_name
from tests.drawing import draw
from tests.goods import add_product

pytestmark = pytest.mark.django_db


def sizes(name):
    for side in (SMALL, LARGE):
        with Image.open(default_storage.path(thumbnail_name(name, side))) as image:
            yield image.format, image.size


def test_both_are_webp_and_no_larger_than_the_picture():
    name = add_product(draw(size=500)).images.get().file.name

    assert make_thumbnails(default_storage, name) == (500, 500)
    assert list(sizes(name)) == [("WEBP", (320, 320)), ("WEBP", (500, 500))]


def test_made_again_they_lie_in_the_same_place():
    name = add_product(draw(size=500)).images.get().file.name

    for _ in range(2):
        make_thumbnails(default_storage, name)

    folder, _ = name.rsplit("/", 1)
    assert len(default_storage.listdir(folder)[1]) == 3
