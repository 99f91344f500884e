from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from pytest_django import Settings

from tests.images.drawn import encoded
from tests.images.profiles import camera_profile, grey_profile, print_profile
from tests.images.twins import camera_colours
from visualsearch.images import open_image
from visualsearch.images.profiles import in_srgb

GREEN, INK = (40, 200, 90), (200, 40, 90)


def plain(colour: tuple[int, ...] | int, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (16, 16), colour)


def assert_near(image: Image.Image, colour: tuple[int, ...], room: int = 3) -> None:
    np.testing.assert_allclose(image.getpixel((8, 8)), colour, atol=room)


def test_the_wide_colours_of_a_camera_become_those_of_a_screen() -> None:
    assert_near(open_image(camera_colours(plain(GREEN))), GREEN, room=4)
    assert_near(
        open_image(encoded(plain(GREEN), "JPEG", icc_profile=camera_profile().getvalue())), (0, 200, 81), room=4
    )


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_are_mixed_as_the_profile_of_the_printer_says(kind: str) -> None:
    inks = plain(GREEN).convert("CMYK")

    assert_near(open_image(encoded(inks, kind, icc_profile=print_profile())), GREEN)
    assert_near(open_image(encoded(inks, kind, icc_profile=print_profile(swapped=True))), INK)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_without_a_profile_take_away_their_light(kind: str) -> None:
    assert_near(open_image(encoded(plain(GREEN).convert("CMYK"), kind)), GREEN)


def test_inks_in_a_jpeg_are_upside_down_as_adobe_writes_them() -> None:
    data = encoded(plain((0, 0, 0, 255), "CMYK"), "JPEG")

    assert b"Adobe\0" in data
    assert_near(open_image(data), (0, 0, 0))


def test_inks_as_light_and_colour_are_mixed_likewise() -> None:
    """Adobe's own programs turn cyan, magenta and yellow to YCbCr first, and say so by the last byte of its marker."""
    inks = plain(GREEN).convert("CMYK").split()
    light = Image.merge("RGB", inks[:3]).convert("YCbCr").split()
    upside_down = [band.point(lambda value: 255 - value) for band in light]
    data = bytearray(encoded(Image.merge("CMYK", [*upside_down, inks[3]]), "JPEG", quality=95))
    data[data.index(b"Adobe") + 11] = 2

    assert_near(open_image(bytes(data)), GREEN, room=5)


def test_the_curve_of_a_grey_scanner_is_heeded() -> None:
    assert_near(open_image(encoded(plain(76, "L"), icc_profile=grey_profile(1.0))), (148,) * 3)
    assert_near(open_image(encoded(plain((76, 255), "LA"), icc_profile=grey_profile(1.0))), (148,) * 3)


def test_what_is_transparent_stays_white_beside_a_profile() -> None:
    clear = plain((*GREEN, 0), "RGBA")

    assert_near(open_image(encoded(clear, icc_profile=camera_profile().getvalue())), (255, 255, 255), room=0)


def test_a_grey_picture_may_have_the_profile_of_a_screen() -> None:
    assert_near(open_image(encoded(plain(76, "L"), icc_profile=camera_profile().getvalue())), (76,) * 3)


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile",
        camera_profile().getvalue()[:200],
        print_profile(),
        grey_profile(2.2),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ],
    ids=["garbage", "torn", "of inks", "of grey", "of Lab"],
)
def test_a_profile_that_is_broken_or_of_other_colours_is_left_aside(profile: bytes) -> None:
    assert_near(open_image(encoded(plain(GREEN), icc_profile=profile)), GREEN, room=0)


def test_a_profile_that_is_too_large_is_left_aside(settings: Settings) -> None:
    profile = camera_profile().getvalue()
    settings.VISUALSEARCH = {"IMAGE_PROFILE_BYTES_MOST": len(profile) - 1}

    assert_near(open_image(encoded(plain(GREEN), icc_profile=profile)), GREEN, room=0)


PROFILES = [camera_profile().getvalue(), print_profile(), grey_profile(2.2)]


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_wrong_in_a_profile_the_picture_is_read(data: st.DataObject) -> None:
    profile = bytearray(data.draw(st.sampled_from(PROFILES)))
    for _ in range(data.draw(st.integers(1, 6))):
        profile[data.draw(st.integers(0, min(len(profile), 800) - 1))] = data.draw(st.integers(0, 255))

    for mode in ("RGB", "CMYK", "L"):
        assert in_srgb(plain(0, mode), bytes(profile)).mode == "RGB"
