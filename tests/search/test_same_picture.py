from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageOps

from tests.drawing import draw, draw_mosaic
from visualsearch.search.disturbances import disturb
from visualsearch.search.same_picture import is_same_picture


def scene(number: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return a picture of things that overlap, unlike that of any other number."""
    tiles = Image.open(BytesIO(draw_mosaic(number))).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(tiles)
    for place in range(6):
        left, top = (number * 37 + place * 53) % (size[0] - 60), (number * 61 + place * 71) % (size[1] - 60)
        pen.ellipse((left, top, left + 50, top + 60), fill=((place * 40) % 255, (number * 90) % 255, 120))
    return tiles


def shirt(print_: str) -> Image.Image:
    """Return the same shirt on white with another print."""
    image = Image.new("RGB", (240, 240), "white")
    pen = ImageDraw.Draw(image)
    pen.polygon([(50, 30), (190, 30), (230, 90), (190, 110), (190, 220), (50, 220), (50, 110), (10, 90)], fill="navy")
    if print_ == "rings":
        for radius in (36, 24, 12):
            pen.ellipse((120 - radius, 130 - radius, 120 + radius, 130 + radius), outline="white", width=5)
    else:
        for y in range(95, 170, 14):
            pen.line((85, y, 155, y + 20), fill="white", width=5)
    return image


def saved(image: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("disturbance", ["none", "crop", "light", "blur", "jpeg", "screenshot"])
def test_copy_is_recognised(number: int, disturbance: str) -> None:
    assert is_same_picture(disturb(scene(number), disturbance, number), scene(number))


@pytest.mark.parametrize("number", range(4))
def test_copy_that_is_cropped_and_small_and_recompressed_is_recognised(number: int) -> None:
    part = disturb(scene(number), "crop", 1)

    assert is_same_picture(saved(part.resize((part.width // 2, part.height // 2)), 60), scene(number))


def test_larger_copy_is_recognised() -> None:
    assert is_same_picture(scene(1).resize((1280, 960), Image.Resampling.BICUBIC), scene(1))


@pytest.mark.parametrize("number", range(4))
def test_other_picture_is_none(number: int) -> None:
    assert not is_same_picture(scene(number), scene(number + 1))
    assert not is_same_picture(disturb(scene(number), "crop", 0), scene(number + 1))
    assert not is_same_picture(disturb(scene(number), "screenshot", 0), scene(number + 1))


def test_other_print_on_the_same_shirt_is_another_picture() -> None:
    assert is_same_picture(shirt("rings"), shirt("rings"))
    assert not is_same_picture(shirt("rings"), shirt("lines"))


def test_thing_in_another_colour_is_another_picture() -> None:
    red, blue = (Image.open(BytesIO(draw(colour))).convert("RGB") for colour in ("red", "blue"))

    assert is_same_picture(red, red)
    assert not is_same_picture(red, blue)


def test_mirrored_or_turned_picture_is_another() -> None:
    assert not is_same_picture(ImageOps.mirror(scene(2)), scene(2))
    assert not is_same_picture(scene(2).rotate(20, expand=True), scene(2))


@pytest.mark.parametrize("size", [(8, 8), (8, 320), (320, 8), (31, 17), (2000, 60)])
def test_picture_of_any_shape_is_compared(size: tuple[int, int]) -> None:
    plain = Image.new("RGB", size, "white")

    assert not is_same_picture(plain, scene(3))
    assert not is_same_picture(scene(3), plain)
    assert isinstance(is_same_picture(scene(3).resize(size), scene(3).resize(size)), bool)
