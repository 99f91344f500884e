from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from visualsearch.exceptions import ImageTooLarge, InvalidBox, InvalidImage, VisualSearchError
from visualsearch.images import Box, crop, open_image, upright_rgb

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"]
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    image.save(file := BytesIO(), kind, **options)
    return file.getvalue()


def red_left_of_blue() -> Image.Image:
    image = Image.new("RGB", (64, 32), BLUE)
    image.paste(RED, (0, 0, 32, 32))
    return image


def colours(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the pixels in the middle of the left, right, top and bottom edge, rounded to full light."""
    width, height = image.size
    places = [(2, height // 2), (width - 3, height // 2), (width // 2, 2), (width // 2, height - 3)]
    return [tuple(255 * (value > 127) for value in image.getpixel(place)) for place in places]  # type: ignore[union-attr]


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize(("orientation", "edges"), [(3, (BLUE, RED)), (2, (BLUE, RED))])
def test_a_photo_taken_upside_down_or_mirrored_is_turned(kind: str, orientation: int, edges: tuple[Any, Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    assert tuple(colours(open_image(encoded(red_left_of_blue(), kind, exif=exif)))[:2]) == edges


@pytest.mark.parametrize(
    ("orientation", "edges"), [(5, (RED, BLUE)), (6, (RED, BLUE)), (7, (BLUE, RED)), (8, (BLUE, RED))]
)
def test_a_photo_taken_on_its_side_is_turned(orientation: int, edges: tuple[Any, Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    image = open_image(encoded(red_left_of_blue(), "JPEG", exif=exif), longest_side=20)

    assert image.size == (16, 32)
    assert tuple(colours(image)[2:]) == edges


# Pillow warns of what it passes over, and so it should, but here warnings are errors.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_broken_exif_is_left_aside(exif: bytes) -> None:
    assert colours(open_image(encoded(red_left_of_blue(), "JPEG", exif=exif)))[:2] == [RED, BLUE]


def test_where_a_photo_was_taken_is_forgotten() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"

    image = open_image(encoded(red_left_of_blue(), "JPEG", exif=exif, comment=b"at home"))

    assert image.info == {}
    assert dict(image.getexif()) == {}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_is_transparent_is_white(mode: str) -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 4))

    found = upright_rgb(image.convert(mode)) if mode == "PA" else open_image(encoded(image.convert(mode)))

    assert colours(found)[2:] == [(0, 0, 0), WHITE]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_entry_of_a_palette_is_white(kind: str) -> None:
    image = red_left_of_blue().quantize(2)
    clear = image.getpixel((2, 2))

    assert colours(open_image(encoded(image, kind, transparency=clear)))[:2] == [WHITE, BLUE]


def test_half_transparent_is_mixed_with_white() -> None:
    assert open_image(encoded(Image.new("RGBA", (9, 9), (255, 0, 0, 128)))).getpixel((4, 4)) == (255, 127, 127)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_colours_of_print_and_video_become_rgb(mode: str) -> None:
    assert colours(open_image(encoded(red_left_of_blue().convert(mode), "TIFF")))[:2] == [RED, BLUE]
    assert colours(open_image(encoded(red_left_of_blue().convert(mode), "JPEG")))[:2] == [RED, BLUE]


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_bits_become_rgb(mode: str) -> None:
    image = Image.new("L", (20, 20), 255)
    image.paste(0, (0, 0, 20, 10))

    assert colours(open_image(encoded(image.convert(mode))))[2:] == [(0, 0, 0), WHITE]


@pytest.mark.parametrize(("dtype", "kind"), [("u2", "PNG"), ("u2", "TIFF"), ("i4", "TIFF"), ("f4", "TIFF")])
def test_many_bits_are_scaled_and_not_clipped(dtype: str, kind: str) -> None:
    ramp = np.linspace(0, 65535, 32).astype(dtype)
    image = open_image(encoded(Image.fromarray(np.tile(ramp, (32, 1))), kind))

    np.testing.assert_allclose(np.asarray(image)[9, :, 0], np.linspace(0, 255, 32), atol=1)


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
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_torn_picture_is_refused(kind: str, share: float) -> None:
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


def test_a_box_is_cut_out_of_the_image() -> None:
    assert crop(red_left_of_blue(), Box(0.5, 0, 0.5, 1)) == Image.new("RGB", (32, 32), BLUE)


FRACTIONS = st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True).map(sorted)


@given(st.integers(1, 50), st.integers(1, 50), FRACTIONS, FRACTIONS)
def test_a_crop_has_a_pixel_and_lies_inside(width: int, height: int, across: list[float], down: list[float]) -> None:
    (left, right), (top, bottom) = across, down

    part = crop(Image.new("RGB", (width, height), "white"), Box(left, top, right - left, bottom - top))

    assert part.getextrema() == ((255, 255),) * 3
    assert 1 <= part.width <= width
    assert 1 <= part.height <= height


def test_a_box_is_parsed_from_text() -> None:
    assert Box.parse("0.1, 0.2,0.3,0.4") == Box(x=0.1, y=0.2, width=0.3, height=0.4)


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "0,0,1,1,1", "nan,0,1,1", "0,0,inf,1"])
def test_a_text_that_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(InvalidBox, match="Expected a box"):
        Box.parse(text)


@pytest.mark.parametrize("values", [(0, 0, 0, 1), (0, 0, 1, -1), (-0.1, 0, 1, 1), (0.5, 0, 0.6, 1), (0, "0", 1, 1)])
def test_a_box_outside_the_photo_is_refused(values: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidBox, match="Expected a box"):
        Box(*values)


def test_a_box_may_end_a_rounding_error_outside() -> None:
    assert crop(red_left_of_blue(), Box(0.7, 0, 0.3000005, 1)).width == 19
