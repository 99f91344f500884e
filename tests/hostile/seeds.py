"""Whole pictures of every kind that is read, small and with something to see."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from PIL import Image

from tests.drawing import draw
from tests.images.drawn import encoded


@cache
def seeds() -> dict[str, bytes]:
    """Return a picture of each kind."""
    image = Image.effect_noise((96, 72), 90).convert("RGB")
    image.paste((200, 30, 30), (20, 20, 70, 50))
    frames: dict[str, Any] = {
        "save_all": True,
        "append_images": [image.transpose(Image.Transpose.FLIP_TOP_BOTTOM), image],
    }
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    made = {
        "jpeg": encoded(image, "JPEG", exif=exif),
        "jpeg-progressive": encoded(image, "JPEG", progressive=True),
        "jpeg-grey": encoded(image.convert("L"), "JPEG"),
        "jpeg-cmyk": encoded(image.convert("CMYK"), "JPEG"),
        "mpo": encoded(image, "MPO", **frames),
        "png": encoded(image, "PNG", exif=exif),
        "png-palette": encoded(image.quantize(16), "PNG"),
        "png-animated": encoded(image, "PNG", **frames),
        "webp": encoded(image, "WEBP"),
        "webp-lossless": encoded(image.convert("RGBA"), "WEBP", lossless=True),
        "webp-animated": encoded(image, "WEBP", **frames),
        "gif": encoded(image.quantize(64), "GIF"),
        "gif-animated": encoded(image, "GIF", **frames),
        "avif": encoded(image, "AVIF", speed=10),
        "avif-animated": encoded(image, "AVIF", speed=10, **frames),
        "bmp": encoded(image, "BMP"),
        "bmp-palette": encoded(image.quantize(16), "BMP"),
        "tiff": encoded(image, "TIFF"),
        "tiff-lzw": encoded(image, "TIFF", compression="tiff_lzw"),
        "tiff-deflate": encoded(image, "TIFF", compression="tiff_adobe_deflate"),
        "tiff-jpeg": encoded(image, "TIFF", compression="jpeg"),
    }
    if find_spec("pillow_heif"):
        import visualsearch.images.heif  # noqa: F401

        made["heic"] = encoded(image, "HEIF")
    return made


def any_png() -> bytes:
    """Return a picture that is read."""
    return draw("red", "ellipse")
