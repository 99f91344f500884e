"""What happens to a stranger's photo: what is let in, and that nothing of it but pixels goes on."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from tests.hostile.seeds import seeds
from tests.images.drawn import RED, colours, encoded, red_left_of_blue
from visualsearch.exceptions import ImageTooPlain, ImageTooSmall, InvalidImage, UnsupportedFormat
from visualsearch.images import check_not_plain, crop, kinds, open_image, open_photo
from visualsearch.images.box import Box

PAGE = reverse("visualsearch:page")


@pytest.fixture(params=[True, False], ids=["apart", "here"])
def _both_ways(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DECODE_APART": request.param}


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("name", seeds())
def test_every_kind_is_read_and_nothing_but_pixels_comes_out(name: str) -> None:
    image = open_photo(seeds()[name])

    assert (image.mode, image.info, image.getexif()) == ("RGB", {}, {})
    assert sorted(image.size) == [72, 96]


@pytest.mark.usefixtures("_both_ways")
def test_photo_is_read_as_the_shops_pictures_are_and_reduced() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(red_left_of_blue().resize((4000, 2000)), "JPEG", exif=exif, quality=95)

    image = open_photo(BytesIO(data))

    assert image == open_image(data, longest_side=1000)
    assert image.size == (500, 1000)
    assert colours(image)[2] == RED


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", InvalidImage, "empty file"),
        (b"hello", InvalidImage, "the content is none of them"),
        (b"%PDF-1.7", UnsupportedFormat, "another kind: PDF"),
        (b"<svg/>", UnsupportedFormat, "another kind: SVG"),
        (encoded(Image.new("RGB", (31, 99))), ImageTooSmall, "at least 32 pixels"),
        (encoded(Image.new("RGB", (32, 641))), InvalidImage, "no longer than 20 times"),
        (seeds()["png"][:700], InvalidImage, "Expected a whole picture"),
    ],
)
def test_what_cannot_be_searched_with_is_told(data: bytes, error: type[InvalidImage], words: str) -> None:
    with pytest.raises(error, match=words):
        open_photo(data)


def test_settings_say_how_small_and_how_long_a_photo_may_be(settings: Settings) -> None:
    settings.VISUALSEARCH = {"PHOTO_SIDE_LEAST": 16, "PHOTO_ASPECT_MOST": 30}

    assert open_photo(encoded(Image.effect_noise((16, 480), 90))).size == (16, 480)


def test_pictures_of_the_shop_may_be_smaller_than_photos() -> None:
    data = encoded(Image.new("RGB", (8, 200)))

    assert open_image(data).size == (8, 200)
    with pytest.raises(ImageTooSmall):
        open_photo(data)


def test_heic_without_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "find_spec", lambda name: None)

    with pytest.raises(UnsupportedFormat, match="extra `heif`"):
        open_photo(seeds()["heic"])


def test_moving_picture_of_too_many_frames_is_told(settings: Settings) -> None:
    settings.VISUALSEARCH = {"IMAGE_FRAMES_MOST": 2}

    for name in ("webp-animated", "png-animated", "avif-animated"):
        with pytest.raises(InvalidImage, match="at most 2 frames, got 3"):
            open_photo(seeds()[name])
    assert open_photo(seeds()["gif-animated"])  # nothing past the first is looked at


@pytest.mark.parametrize("colour", ["white", "black", (12, 200, 60)])
def test_one_flat_colour_is_told(colour: Any) -> None:
    plain = open_photo(encoded(Image.new("RGB", (90, 60), colour), "JPEG"))

    with pytest.raises(ImageTooPlain, match="one flat colour"):
        check_not_plain(plain)


def test_faint_thing_and_part_with_an_edge_are_not_flat() -> None:
    image = Image.new("RGB", (90, 60), "white")
    image.paste((245, 245, 245), (10, 10, 40, 40))

    check_not_plain(image)
    with pytest.raises(ImageTooPlain):
        check_not_plain(crop(image, Box(0.5, 0.5, 0.5, 0.5)))


@pytest.mark.django_db
def test_flat_photo_and_flat_part_are_told_on_the_page(client: Client) -> None:
    flat = encoded(Image.new("RGB", (90, 60), "white"))
    half = encoded(red_left_of_blue().resize((128, 64)))

    for sent in ({"photo": upload(flat)}, {"photo": upload(half), "left": "60"}):
        response = client.post(PAGE, sent)
        assert response.status_code == 400
        assert "one flat colour" in response.content.decode()


def upload(data: bytes, name: str = "photo") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")
