from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from tests.embedders.contract import EmbedderContract, draw
from visualsearch.embedders.thumbnail import ThumbnailEmbedder
from visualsearch.images import open_image

GROCERY = Path(__file__).parents[2] / ".." / "shared" / "data" / "grocery"

COLOURS = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "white", "black"]


class TestThumbnailEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> ThumbnailEmbedder:
        return ThumbnailEmbedder()


def ranked(query: Image.Image, pictures: list[Image.Image]) -> list[int]:
    embedder = ThumbnailEmbedder()
    return list(np.argsort(-(embedder.embed(pictures) @ embedder.embed([query])[0])))


@pytest.mark.parametrize("colour", COLOURS)
def test_a_thing_is_found_by_its_colour_on_another_ground_and_in_another_size(colour: str) -> None:
    shop = [draw(other, "ellipse") for other in COLOURS]
    photo = draw(colour, "ellipse", size=(640, 480), ground="#c8b090")

    assert ranked(photo, shop)[0] == COLOURS.index(colour)


def test_a_thing_is_found_by_its_shape_among_those_of_its_colour() -> None:
    shapes = ["ellipse", "rectangle", "line"]
    shop = [draw("blue", shape) for shape in shapes]

    assert [ranked(draw("blue", shape, size=(300, 260)), shop)[0] for shape in shapes] == [0, 1, 2]


def test_a_little_less_light_changes_little() -> None:
    picture = draw("olive", "ellipse")
    darker = ImageEnhance.Brightness(picture).enhance(0.9)

    bright, dark = ThumbnailEmbedder().embed([picture, darker])

    assert bright @ dark > 0.9


@pytest.mark.skipif(not GROCERY.exists(), reason="needs the grocery photos beside the repository")
def test_photos_from_a_shop_find_their_groceries() -> None:
    shop = list(csv.DictReader((GROCERY / "catalog.csv").read_text().splitlines()))
    photos = list(csv.DictReader((GROCERY / "photos_test.csv").read_text().splitlines()))[::8]
    embedder = ThumbnailEmbedder()
    pictures = embedder.embed([open_image(GROCERY / row["image"]) for row in shop])
    queries = embedder.embed([open_image(GROCERY / row["photo"]) for row in photos])

    nearest = np.argsort(-queries @ pictures.T, axis=1)[:, :5]
    found = [
        row["sku"] in {shop[place]["sku"] for place in places} for row, places in zip(photos, nearest, strict=True)
    ]

    assert np.mean(found) > 0.45
