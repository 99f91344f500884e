from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from tests.images.drawn import BLUE, RED, colours, encoded, red_left_of_blue
from visualsearch.exceptions import ImageTooLarge, InvalidImage, VisualSearchError
from visualsearch.images import open_image

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"]


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that ends where its pixels should begin."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\x10\0IDAT"
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_becomes_rgb_without_metadata(kind: str) -> None:
    image = open_image(encoded(red_left_of_blue(), kind))

    assert (image.mode, image.size, image.info) == ("RGB", (64, 32), {})
    assert colours(image)[:2] == [RED, BLUE]


def test_a_file_and_a_path_are_read_like_bytes(tmp_path: Path) -> None:
    data = encoded(red_left_of_blue())
    path = tmp_path / "picture.txt"
    path.write_bytes(data)
    file = BytesIO(data)
    file.read()

    assert open_image(path) == open_image(file) == open_image(data)


def test_a_storage_that_fails_is_not_the_pictures_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_image(tmp_path / "nothing.png")


def test_a_moving_picture_gives_its_first_frame() -> None:
    data = encoded(
        Image.new("RGB", (16, 16), RED), "GIF", save_all=True, append_images=[Image.new("RGB", (16, 16), BLUE)]
    )

    assert colours(open_image(data)) == [RED] * 4


def test_two_pictures_in_one_jpeg_give_the_first() -> None:
    data = encoded(red_left_of_blue(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 32))])

    assert colours(open_image(data, longest_side=32))[:2] == [RED, BLUE]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("longest_side", [100, 333, 5000])
def test_a_picture_is_shrunk_to_less_than_twice_the_longest_side_and_never_grown(kind: str, longest_side: int) -> None:
    image = open_image(encoded(red_left_of_blue().resize((1200, 600)), kind), longest_side=longest_side)

    assert min(longest_side, 1200) <= max(image.size) < 2 * longest_side
    assert image.width == 2 * image.height
    assert colours(image)[:2] == [RED, BLUE]


def test_a_shrunk_jpeg_keeps_its_detail() -> None:
    stripes = Image.fromarray(np.tile(np.repeat([0, 255], 8).astype(np.uint8), (800, 50)))

    image = open_image(encoded(stripes, "JPEG"), longest_side=200)

    assert np.asarray(image)[100, ::2, 0].std() > 100


@pytest.mark.parametrize("side", [8500, 10_000, 50_000])
def test_a_bomb_is_known_by_its_header(side: int) -> None:
    with pytest.raises(ImageTooLarge, match="Expected a picture"):
        open_image(png_header(side, side))


def test_the_settings_say_how_many_pixels_are_too_many(settings: Settings) -> None:
    settings.VISUALSEARCH = {"IMAGE_PIXELS_MOST": 64 * 32 - 1}

    with pytest.raises(ImageTooLarge, match="at most 2,047 pixels, got 64 x 32"):
        open_image(encoded(red_left_of_blue()))


def test_the_settings_say_how_many_bytes_are_too_many(settings: Settings, tmp_path: Path) -> None:
    data = encoded(red_left_of_blue())
    settings.VISUALSEARCH = {"IMAGE_BYTES_MOST": len(data) - 1}
    (tmp_path / "picture").write_bytes(data)

    for file in (data, BytesIO(data), tmp_path / "picture"):
        with pytest.raises(ImageTooLarge, match="bytes, got more"):
            open_image(file)


@pytest.mark.parametrize(("size", "message"), [((7, 90), "at least 8 pixels"), ((8, 330), "longer than 40 times")])
def test_a_sliver_is_no_picture(size: tuple[int, int], message: str) -> None:
    with pytest.raises(InvalidImage, match=message):
        open_image(encoded(Image.new("RGB", size)))


@pytest.mark.parametrize("kind", ["EPS", "PDF", "ICO", "PPM", "TGA", "PCX"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(InvalidImage, match="one of JPEG, PNG"):
        open_image(encoded(red_left_of_blue(), kind))


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg/>", b"\0" * 5000])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidImage, match="Expected a picture"):
        open_image(data)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.45])
def test_a_picture_of_which_less_than_half_is_there_is_refused(kind: str, share: float) -> None:
    data = encoded(Image.effect_noise((90, 70), 80).convert("RGB"), kind)

    with pytest.raises(InvalidImage, match="Expected a"):
        open_image(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "AVIF", "TIFF"])
@pytest.mark.parametrize("share", [0.6, 0.9])
def test_a_torn_picture_is_refused_where_no_library_reads_a_part_of_it(kind: str, share: float) -> None:
    data = encoded(Image.effect_noise((90, 70), 80).convert("RGB"), kind)

    with pytest.raises(InvalidImage, match="Expected a"):
        open_image(data[: int(len(data) * share)])


SEEDS = [encoded(red_left_of_blue(), kind) for kind in [*FORMATS, "MPO"]]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, min(len(data) - 1, 400)))
        patch = draw(st.binary(max_size=6))
        data[at : at + draw(st.integers(0, 6))] = patch
    return bytes(data)


@pytest.mark.filterwarnings("ignore::UserWarning")
@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged() | st.binary(max_size=200))
def test_whatever_the_bytes_only_our_own_errors_come_out(data: bytes) -> None:
    try:
        image = open_image(data, longest_side=100)
    except VisualSearchError as error:
        right = str(error).startswith("Expected")
    else:
        right = (image.mode, image.info) == ("RGB", {})

    assert right
