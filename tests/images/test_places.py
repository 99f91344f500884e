"""A file with a place in it loses the place and nothing else."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.hostile.file import behind, tiff
from tests.hostile.seeds import seeds
from tests.images.drawn import encoded
from visualsearch.images import has_place, open_image, without_place

PICTURE = Image.effect_noise((90, 60), 90).convert("RGB")
NUMBERS = (48.0, 8.0, 12.34)
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" {}</rdf:RDF></x:xmpmeta>'
)
XMPS = {
    "attribute": XMP.format('exif:GPSLatitude="48,8.2N" exif:GPSLongitude="11,34.5E"/>'),
    "element": XMP.format("><exif:GPSLatitude>48,8.2N</exif:GPSLatitude></rdf:Description>"),
}


def exif(*, place: bool = True, order: str = "<") -> Image.Exif:
    made = Image.Exif()
    made.endian = order
    made[0x0112], made[0x010F] = 6, "Maker of cameras"
    if place:
        made.get_ifd(0x8825).update({1: "N", 2: NUMBERS, 3: "E", 4: (11.0, 34.0, 5.6), 6: 519.0, 29: "2026:11:30"})
    return made


def places_of(data: bytes) -> dict[Any, Any]:
    with Image.open(BytesIO(data)) as image:
        return dict(image.getexif().get_ifd(0x8825))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_place_in_exif_is_found_and_taken_out_and_all_else_stays(kind: str, order: str) -> None:
    data = encoded(PICTURE, kind, exif=exif(order=order))
    assert has_place(data)
    assert places_of(data)[2] == NUMBERS

    clean = without_place(data)

    assert not has_place(clean)
    assert places_of(clean) == {}
    assert b"2026:11:30" not in clean
    assert len(clean) == len(data)
    assert open_image(clean) == open_image(data)
    with Image.open(BytesIO(clean)) as image:
        image.load()
        assert (image.getexif()[0x0112], image.getexif()[0x010F]) == (6, "Maker of cameras")


@pytest.mark.parametrize("xmp", XMPS.values(), ids=XMPS)
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_place_in_xmp_is_taken_out(kind: str, xmp: str) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", xmp)
    data = encoded(PICTURE, kind, **({"pnginfo": notes} if kind == "PNG" else {"xmp": xmp.encode()}))
    assert has_place(data)

    clean = without_place(data)

    assert not has_place(clean)
    assert b"48,8.2N" not in clean
    assert open_image(clean) == open_image(data)


def test_place_in_a_picture_or_a_film_behind_the_first_picture_is_taken_out() -> None:
    second = encoded(PICTURE, "JPEG", exif=exif())
    position = b"+48.1369+011.5755/"
    film = b"ftypmp42" + struct.pack(">I", len(position) + 12) + b"\xa9xyz" + struct.pack(">H", len(position))
    data = encoded(PICTURE, "JPEG") + second + film + b"\x15\xc7" + position

    clean = without_place(data)

    assert has_place(data)
    assert not has_place(clean)
    assert position not in clean
    assert open_image(clean) == open_image(data)


def test_place_in_a_tiff_is_taken_out() -> None:
    size = [(256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    size += [(273, 4, 1, behind(9)), (278, 4, 1, 64), (279, 4, 1, 4096), (0x8825, 4, 1, behind(9) + 4096)]
    north = struct.pack("<HHHI4sI", 1, 1, 2, 2, b"N\0\0\0", 0)
    data = tiff(size, bytes(range(256)) * 16 + north)

    clean = without_place(data)

    assert (has_place(data), has_place(clean)) == (True, False)
    assert open_image(clean) == open_image(data)


@pytest.mark.parametrize("name", seeds())
def test_file_without_a_place_stays_as_it_is(name: str) -> None:
    assert without_place(seeds()[name]) is seeds()[name]


def test_file_with_exif_and_no_place_stays_as_it_is() -> None:
    data = encoded(PICTURE, "JPEG", exif=exif(place=False))

    assert without_place(data) is data


@pytest.mark.parametrize("rest", [b"", b"\xff" * 9, struct.pack("<IH", 8, 65_535), struct.pack("<I", 2**32 - 1)])
def test_torn_and_lying_directories_are_passed_over(rest: bytes) -> None:
    data = b"\xff\xd8\xff\xe1\0\x20Exif\0\0II*\0" + rest

    assert not has_place(data)
    assert without_place(data * 50) == data * 50


def test_directory_of_places_that_lies_about_its_length_touches_nothing_outside() -> None:
    line = struct.pack("<HHII", 2, 5, 2**31, 8)
    data = b"II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHIII", 0x8825, 4, 1, 26, 0)
    data += struct.pack("<H", 1) + line + b"rest"

    clean = without_place(data)

    assert len(clean) == len(data)
    assert clean.endswith(b"rest")
    assert not has_place(clean)
