"""Pictures of odd sizes, colours and notes, as cameras, editors and jokers make them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from tests.hostile.file import Hostile
from tests.hostile.seeds import seeds
from tests.images.drawn import encoded
from tests.images.profiles import camera_profile, grey_profile, print_profile
from visualsearch.exceptions import ImageTooSmall, InvalidImage

_EXIF = {
    "empty": b"",
    "head-alone": b"Exif\0\0",
    "garbage": b"Exif\0\0" + bytes(range(256)),
    "no-head": b"II*\0\x08\0\0\0\0\0\0\0\0\0",
    "outside": b"Exif\0\0II*\0\xff\xff\xff\x7f",
    "turned-by-0": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\0\0\0\0\0\0\0\0",
    "turned-by-9": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x09\0\0\0\0\0\0\0",
    "turned-by-65535": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\xff\xff\0\0\0\0\0\0",
    "turned-by-text": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\2\0\4\0\0\0six\0\0\0\0\0",
    "turned-by-many": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\xff\xff\xff\x3f\x08\0\0\0\0\0\0\0",
    "next-is-itself": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\1\0\0\0\x08\0\0\0",
    "inner-is-itself": b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\0\0\0\0",
    "many-entries": b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\1\3\0\1\0\0\0\1\0\0\0" * 4_000,
}
_PROFILES = {
    "empty": b"",
    "garbage": b"\xff" * 500,
    "giant": b"\0" * 5_000_000,
    "torn": camera_profile().getvalue()[:200],
    "of-inks": print_profile(),
    "of-grey": grey_profile(2.2),
    "of-camera": camera_profile().getvalue(),
}


def oddities() -> Iterator[Hostile]:
    """Yield odd pictures, most of which are read."""
    yield from _of_size()
    yield from _of_colour()
    for name, exif in _EXIF.items():
        for kind in ("JPEG", "PNG", "WEBP"):
            yield Hostile(f"exif-{name}-{kind.lower()}", encoded(_picture(), kind, exif=exif), may_be_read=True)
    for name, profile in _PROFILES.items():
        for kind in ("JPEG", "PNG", "TIFF"):
            yield Hostile(f"profile-{name}-{kind.lower()}", encoded(_picture(), kind, icc_profile=profile), None)
    yield from (Hostile(f"whole-{name}", data, None) for name, data in seeds().items())


def _picture() -> Image.Image:
    return Image.effect_noise((80, 60), 90).convert("RGB")


def _of_size() -> Iterator[Hostile]:
    for kind in ("JPEG", "PNG", "BMP", "TIFF"):
        yield Hostile(f"size-1x1-{kind}", encoded(Image.new("RGB", (1, 1)), kind), ImageTooSmall)
        yield Hostile(f"size-1x65500-{kind}", encoded(Image.new("RGB", (1, 65_500)), kind), ImageTooSmall)
        yield Hostile(f"size-65500x1-{kind}", encoded(Image.new("RGB", (65_500, 1)), kind), ImageTooSmall)
        yield Hostile(f"size-31x90-{kind}", encoded(Image.new("RGB", (31, 90)), kind), ImageTooSmall)
        yield Hostile(f"size-32x32-{kind}", encoded(Image.effect_noise((32, 32), 90), kind), None)
        yield Hostile(f"size-32x640-{kind}", encoded(Image.effect_noise((32, 640), 90), kind), None)
        yield Hostile(f"size-32x641-{kind}", encoded(Image.effect_noise((32, 641), 90), kind), InvalidImage)
        yield Hostile(f"size-65500x32-{kind}", encoded(Image.new("RGB", (65_500, 32)), kind), InvalidImage)
    yield Hostile("jpeg-twenty-megabytes", seeds()["jpeg"] + b"\0" * 20_000_000, InvalidImage)


def _of_colour() -> Iterator[Hostile]:
    ramp = np.linspace(0, 65_535, 64 * 64, dtype=np.uint16).reshape(64, 64)
    for kind in ("PNG", "TIFF"):
        yield Hostile(f"sixteen-bits-{kind}", encoded(Image.fromarray(ramp), kind), None)
    for mode in ("CMYK", "LAB", "YCbCr", "I", "F", "1", "LA", "RGBA", "PA"):
        try:
            data = encoded(_picture().convert("RGB").convert(mode) if mode != "LAB" else _lab(), "TIFF")
        except (OSError, ValueError, KeyError):
            continue
        yield Hostile(f"tiff-{mode}", data, may_be_read=True)
    odd = np.full((64, 64), np.nan, dtype=np.float32)
    odd[:32] = np.inf
    yield Hostile("tiff-not-a-number", encoded(Image.fromarray(odd), "TIFF"), None)
    huge = np.array([[3e38, -3e38] * 32] * 64, dtype=np.float32)
    yield Hostile("tiff-huge-numbers", encoded(Image.fromarray(huge), "TIFF"), None)
    yield Hostile("png-1-bit", encoded(_picture().convert("1"), "PNG"), None)
    yield Hostile("png-palette-too-short", _short_palette(), may_be_read=True)
    yield Hostile("png-clear-palette", encoded(_picture().quantize(8), "PNG", transparency=b"\0\x80\xff"), None)


def _lab() -> Image.Image:
    return Image.merge("LAB", _picture().split())


def _short_palette() -> bytes:
    data = bytearray(encoded(_picture().quantize(64), "PNG"))
    at = data.index(b"PLTE")
    length = int.from_bytes(data[at - 4 : at])
    data[at - 4 : at] = (3).to_bytes(4)
    del data[at + 7 : at + 4 + length]
    return bytes(data)
