from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.images.drawn import BLUE, RED, WHITE, colours, encoded, red_left_of_blue
from visualsearch.images import open_image, upright_rgb


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

    found = (
        upright_rgb(image.convert(mode), profile_bytes_most=0)
        if mode == "PA"
        else open_image(encoded(image.convert(mode)))
    )

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
