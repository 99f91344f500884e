"""What a browser shows is read: trouble in parts that nobody needs, and pictures without their end."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from pytest_django import Settings

from tests.hostile.file import png
from tests.images.drawn import encoded
from visualsearch.exceptions import InvalidImage
from visualsearch.images import decode_picture, open_photo

PICTURE = Image.effect_noise((200, 150), 70).resize((300, 240)).convert("RGB")
PNG_KINDS: dict[str, Any] = {
    "colour": {},
    "clear": {"mode": "RGBA"},
    "grey": {"mode": "L"},
    "bit": {"mode": "1"},
    "palette": {"mode": "P"},
    "deep": {"mode": "I;16"},
}
JPEG_KINDS: dict[str, Any] = {
    "baseline": {},
    "grey": {"mode": "L"},
    "ink": {"mode": "CMYK"},
    "restarts": {"restart_marker_rows": 1},
    "full-colour": {"subsampling": 0, "quality": 97},
}


@pytest.fixture(params=[True, False], ids=["apart", "here"], autouse=True)
def _both_ways(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "DECODE_APART": request.param}


def drawn(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    return encoded(PICTURE.convert("L").convert(mode) if mode == "I;16" else PICTURE.convert(mode), kind, **options)


def rows_alike(torn: bytes, whole: bytes) -> float:
    """Return the share of the rows, from the first, that are those of the whole picture."""
    ours, theirs = (np.asarray(decode_picture(data).image, int) for data in (torn, whole))
    assert ours.shape == theirs.shape
    wrong = np.flatnonzero(np.abs(ours - theirs).max(axis=(1, 2)) > 2)
    return float(wrong[0] / len(ours)) if len(wrong) else 1.0


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("progressive", [True, False])
def test_jpeg_without_its_last_bytes_is_read_whole_and_the_shop_is_told(progressive: bool, cut: int) -> None:
    whole = drawn("JPEG", progressive=progressive)

    note = decode_picture(whole[:-cut]).note

    assert rows_alike(whole[:-cut], whole) > 0.9
    assert note.startswith("The file ends too early")
    assert open_photo(whole[:-cut]).size == (300, 240)
    assert decode_picture(whole).note == ""


@pytest.mark.parametrize("share", [0.6, 0.75, 0.9])
@pytest.mark.parametrize("options", JPEG_KINDS.values(), ids=JPEG_KINDS)
def test_torn_jpeg_is_read_as_far_as_it_goes(options: Any, share: float) -> None:
    whole = drawn("JPEG", **options)
    torn = whole[: int(len(whole) * share)]

    assert abs(rows_alike(torn, whole) - share) < 0.12
    assert "% of the picture is there" in decode_picture(torn).note


@pytest.mark.parametrize("share", [0.1, 0.3, 0.4])
@pytest.mark.parametrize("options", JPEG_KINDS.values(), ids=JPEG_KINDS)
def test_jpeg_of_which_less_than_half_is_there_is_refused(options: Any, share: float) -> None:
    whole = drawn("JPEG", **options)

    with pytest.raises(InvalidImage, match="Expected a whole picture"):
        decode_picture(whole[: int(len(whole) * share)])


def test_progressive_jpeg_is_read_with_fewer_details_but_not_from_its_first_scan_alone() -> None:
    whole = drawn("JPEG", progressive=True)
    scans = [place for place in range(len(whole)) if whole[place : place + 2] == b"\xff\xda"]

    assert decode_picture(whole[: scans[5] + 30]).note.endswith("with fewer details.")
    with pytest.raises(InvalidImage, match="Expected a whole picture"):
        decode_picture(whole[: scans[1] - 20])


@pytest.mark.parametrize("share", [0.6, 0.9])
@pytest.mark.parametrize("options", PNG_KINDS.values(), ids=PNG_KINDS)
def test_torn_png_is_read_as_far_as_it_goes(options: Any, share: float) -> None:
    whole = drawn("PNG", **options)
    torn = whole[: int(len(whole) * share)]

    assert abs(rows_alike(torn, whole) - share) < 0.12
    assert "% of the picture is there" in decode_picture(torn).note


def test_torn_bmp_is_read_as_far_as_it_goes() -> None:
    whole = drawn("BMP")
    torn = whole[: int(len(whole) * 0.8)]

    image, note = decode_picture(torn)

    assert note == "The file ends too early: 80% of the picture is there."
    assert image.crop((0, 60, 300, 240)) == decode_picture(whole).image.crop((0, 60, 300, 240))


def test_png_with_a_text_that_pillow_finds_too_long_is_read() -> None:
    for zipped in (True, False):
        notes = PngImagePlugin.PngInfo()
        notes.add_text("comment", "x" * 2_000_000, zip=zipped)

        assert rows_alike(drawn("PNG", pnginfo=notes), drawn("PNG")) == 1.0


def test_png_with_many_texts_and_a_long_profile_is_read() -> None:
    notes = PngImagePlugin.PngInfo()
    for number in range(90):
        notes.add_text(f"c{number}", "x" * 900_000, zip=True)

    assert rows_alike(drawn("PNG", pnginfo=notes, icc_profile=b"\0" * 1_500_000), drawn("PNG")) == 1.0


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"gAMA", b"pHYs", b"tIME", b"vpAg", b"iCCP", b"eXIf"])
def test_png_with_a_wrong_checksum_where_nobody_needs_it_is_read(kind: bytes) -> None:
    whole = drawn("PNG")
    broken = struct.pack(">I", 7) + kind + b"a\0hello" + b"\1\2\3\4"

    data = whole[:33] + broken + whole[33:]

    assert rows_alike(data, whole) == 1.0
    assert decode_picture(data).note == ""


def test_png_with_a_wrong_checksum_in_its_pixels_is_refused() -> None:
    whole = bytearray(drawn("PNG"))
    at = whole.index(b"IDAT") + 200
    whole[at] ^= 0xFF

    with pytest.raises(InvalidImage):
        decode_picture(bytes(whole))


def test_orientation_outlives_a_note_that_is_not_read() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = drawn("PNG", exif=exif)
    data = whole[:33] + struct.pack(">I", 2) + b"tEXt" + b"a\0" + b"\1\2\3\4" + whole[33:]

    assert decode_picture(data).image.size == (240, 300)


def test_jpeg_with_a_broken_note_of_a_program_is_read() -> None:
    whole = drawn("JPEG")
    data = whole[:2] + b"\xff\xed\0\x0ePhotoshop 3.0"[:16] + whole[2:]

    assert rows_alike(data, whole) == 1.0


def test_interlaced_png_is_read_as_far_as_it_goes() -> None:
    # Seven passes of an 8 x 8 grey picture, one after the other.
    passes = [(1, 1), (1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8)]
    raw = b"".join((b"\0" + b"\x40" * columns) * rows for rows, columns in passes)
    head = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1))
    torn = png(head, (b"IDAT", zlib.compress(raw[:60], 0)))

    image, note = decode_picture(torn)

    assert note == f"The file ends too early: {60 / len(raw):.0%} of the picture is there."
    assert image.getpixel((0, 0)) == (64, 64, 64)
    assert image.getpixel((7, 7)) == (255, 255, 255)
