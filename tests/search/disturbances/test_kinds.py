"""That each disturbance does what its word says."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.drawing import draw, draw_mosaic
from visualsearch.search.disturbances import disturb
from visualsearch.search.disturbances.ground import border_colour, cut_out


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


def detail(image: Image.Image) -> float:
    """Return how much neighbours differ."""
    pixels = np.asarray(image, np.float32)
    return float(np.abs(np.diff(pixels, axis=1)).mean() + np.abs(np.diff(pixels, axis=0)).mean())


@pytest.mark.parametrize("seed", range(8))
def test_rotation_is_between_10_and_25_degrees_and_cuts_nothing_off(seed: int) -> None:
    bar = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(bar).rectangle((20, 95, 180, 105), fill="black")

    turned = np.asarray(disturb(bar, "rotation", seed).convert("L"))
    y, x = np.nonzero(turned < 128)
    slope = np.degrees(np.arctan(np.polyfit(x, y, 1)[0]))

    assert 9 <= abs(slope) <= 26
    assert len(x) == pytest.approx(161 * 11, rel=0.1)


def test_crop_keeps_two_thirds_of_each_side() -> None:
    assert disturb(opened(draw_mosaic(1, size=300)), "crop", 1).size == (200, 200)


def test_mirror_exchanges_left_and_right() -> None:
    image = opened(draw_mosaic(1))

    assert np.array_equal(np.asarray(disturb(image, "mirror", 1)), np.asarray(image)[:, ::-1])


@pytest.mark.parametrize("seed", range(6))
def test_light_changes_all_colours_and_no_place(seed: int) -> None:
    image = opened(draw_mosaic(1))
    lit = disturb(image, "light", seed)
    change = np.asarray(ImageChops.difference(image, lit), np.float32).mean(axis=(0, 1))

    assert lit.size == image.size
    assert change.min() > 2
    assert np.corrcoef(np.asarray(image, float).ravel(), np.asarray(lit, float).ravel())[0, 1] > 0.85


@pytest.mark.parametrize("seed", range(6))
def test_blur_takes_detail_away(seed: int) -> None:
    noise = Image.effect_noise((200, 200), 80).convert("RGB")

    assert detail(disturb(noise, "blur", seed)) < 0.8 * detail(noise)


def test_jpeg_has_a_quarter_of_each_side_and_at_least_8_pixels() -> None:
    assert disturb(opened(draw(size=400)), "jpeg", 1).size == (100, 100)
    assert disturb(Image.new("RGB", (16, 400), "red"), "jpeg", 1).size == (8, 100)


def test_screenshot_shows_the_picture_between_bars() -> None:
    shot = disturb(Image.new("RGB", (300, 300), (200, 30, 60)), "screenshot", 1)
    row, column = np.nonzero((np.asarray(shot) == (200, 30, 60)).all(axis=2))

    assert shot.size == (540, 1170)
    assert (column.min(), column.max()) == (0, 539)
    assert row.min() > 120
    assert row.max() - row.min() == 539


def test_plain_ground_is_replaced_by_the_scene() -> None:
    scene = Image.new("RGB", (50, 50), (0, 90, 0))

    pixels = np.asarray(disturb(opened(draw("red", size=200)), "background", 1, scenes=[scene])).astype(int)

    assert not (pixels.min(axis=2) > 200).any(), "White of the shop's ground is left."
    assert (np.abs(pixels - (255, 0, 0)).sum(axis=2) < 30).mean() > 0.1
    assert (pixels == (0, 90, 0)).all(axis=2).mean() > 0.2


def test_picture_without_plain_ground_is_laid_on_a_table_whole() -> None:
    mosaic = opened(draw_mosaic(4, size=200))
    laid = np.asarray(disturb(mosaic, "background", 1)).reshape(-1, 3).astype(int)

    tiles = np.asarray(mosaic)[16::33, 16::33].reshape(-1, 3).astype(int)[:36]

    assert all((np.abs(laid - tile).sum(axis=1) < 12).any() for tile in tiles)


def test_white_inside_a_product_is_not_ground() -> None:
    cup = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(cup).ellipse((40, 40, 160, 160), fill="blue")
    ImageDraw.Draw(cup).ellipse((80, 80, 120, 120), fill="white")

    product = cut_out(cup)

    assert product is not None
    assert product.size == pytest.approx((121, 121), abs=2)
    assert product.getpixel((60, 60)) == (255, 255, 255, 255)
    assert product.getpixel((1, 1))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("content", [draw_mosaic(1), draw("white")])
def test_nothing_is_cut_out_of_a_scene_or_of_an_empty_picture(content: bytes) -> None:
    assert cut_out(opened(content)) is None


def test_colour_of_the_border_is_its_median() -> None:
    assert border_colour(opened(draw("red"))) == (255, 255, 255)
