"""The same picture as other cameras, editors and shops would save it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageCms

from tests.images.drawn import encoded
from tests.images.profiles import camera_profile, print_profile

Twin = Callable[[Image.Image], bytes]
ORIENTATION = 0x0112
_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def turned_by_exif(picture: Image.Image, orientation: int) -> bytes:
    """Return the pixels as the sensor saw them, with a note that says how they are to be turned."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    back = _BACK[orientation]
    return encoded(picture.transpose(back) if back is not None else picture, "JPEG", quality=92, exif=exif)


def transparent(picture: Image.Image) -> bytes:
    """Return the picture with its pure white made transparent, and black hidden below."""
    white = (np.asarray(picture) == 255).all(axis=2)
    clear = Image.composite(Image.new("RGB", picture.size), picture, Image.fromarray(white))
    clear.putalpha(Image.fromarray(np.where(white, 0, 255).astype(np.uint8)))
    return encoded(clear)


def half_as_grey_and_cover(picture: Image.Image) -> bytes:
    """Return a grey picture whose light is all in its transparency."""
    grey = Image.new("LA", picture.size)
    grey.putalpha(picture.convert("L").point(lambda value: 255 - value))
    return encoded(grey)


def sixteen_bits(picture: Image.Image) -> bytes:
    """Return an RGB PNG of sixteen bits a channel, which Pillow reads but does not write."""
    deep = np.asarray(picture).astype(">u2") * np.uint16(257)
    lines = b"".join(b"\0" + line.tobytes() for line in deep.astype(">u2"))
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def sixteen_bits_grey(picture: Image.Image) -> bytes:
    return encoded(Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257))


def palette(picture: Image.Image) -> bytes:
    return encoded(_dithered(picture))


def palette_with_a_clear_entry(picture: Image.Image) -> bytes:
    """Return a palette of which one entry, that of white, is transparent."""
    white = (np.asarray(picture) == 255).all(axis=2)
    dithered = _dithered(picture)
    dithered.putpalette([*(dithered.getpalette() or []), 0, 0, 0])
    dithered.paste(255, mask=Image.fromarray(white))
    return encoded(dithered, transparency=255)


def moving(picture: Image.Image) -> bytes:
    others = [Image.new("RGB", picture.size, colour) for colour in ("red", "blue")]
    return encoded(_dithered(picture), "GIF", save_all=True, append_images=others, duration=100)


def larger(picture: Image.Image) -> bytes:
    size = picture.width * 4, picture.height * 4
    return encoded(picture.resize(size, Image.Resampling.BICUBIC), "JPEG", quality=85)


def camera_colours(picture: Image.Image) -> bytes:
    """Return the picture in the wide colours of a camera, which look dull where the profile is not heeded."""
    profile = camera_profile()
    wide = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), ImageCms.getOpenProfile(profile))
    assert wide
    return encoded(wide, "JPEG", quality=92, icc_profile=profile.getvalue())


def _dithered(picture: Image.Image) -> Image.Image:
    """Return 255 colours, mixed by dots as editors do it."""
    return picture.quantize(palette=picture.quantize(255), dither=Image.Dither.FLOYDSTEINBERG)


def _jpeg(picture: Image.Image, **options: object) -> bytes:
    return encoded(picture, "JPEG", **{"quality": 92, **options})


TWINS: dict[str, Twin] = {
    **{f"turned by EXIF {number}": partial(turned_by_exif, orientation=number) for number in _BACK},
    "transparent": transparent,
    "CMYK": lambda picture: _jpeg(picture.convert("CMYK")),
    "CMYK with a profile": lambda picture: _jpeg(picture.convert("CMYK"), icc_profile=print_profile()),
    "CMYK TIFF": lambda picture: encoded(picture.convert("CMYK"), "TIFF"),
    "wide colours": camera_colours,
    "16 bits": sixteen_bits,
    "palette": palette,
    "palette with a clear entry": palette_with_a_clear_entry,
    "moving": moving,
    "4 times larger": larger,
    "progressive": lambda picture: _jpeg(picture, progressive=True),
}
"""By name: from a picture to the file of its twin."""

GREY_TWINS: dict[str, Twin] = {
    "16 bits grey": sixteen_bits_grey,
    "grey in its cover": half_as_grey_and_cover,
    "grey JPEG": lambda picture: _jpeg(picture.convert("L")),
}
"""The same of pictures that are grey."""
