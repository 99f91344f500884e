"""Files that are no pictures, and pictures that are something else too."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator

from PIL import Image

from tests.hostile.file import Hostile
from tests.hostile.seeds import seeds
from tests.images.drawn import encoded
from visualsearch.exceptions import UnsupportedFormat

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><image href="file:///etc/passwd"/></svg>'
_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>'
_KNOWN = {
    "svg": _SVG,
    "svg-with-head": b'<?xml version="1.0"?>\n<!-- drawn -->\n' + _SVG,
    "svg-with-mark": b"\xef\xbb\xbf\n  " + _SVG,
    "svg-in-utf-16": _SVG.decode().encode("utf-16"),
    "svg-upper-case": b"<SVG></SVG>",
    "svg-of-entities": _ENTITIES,
    "html": b"<!doctype html><html><script>alert(1)</script></html>",
    "xml": b"<?xml version='1.0'?><a/>",
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) (r) file\n",
    "eps-for-dos": b"\xc5\xd0\xd3\xc6" + b"\0" * 60,
    "photoshop": b"8BPS\0\1" + b"\0" * 60,
    "jpeg-xl": b"\xff\x0a" + b"\0" * 60,
    "jpeg-xl-boxes": b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 60,
    "jpeg-2000": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 60,
    "jpeg-2000-stream": b"\xff\x4f\xff\x51" + b"\0" * 60,
    "fits": b"SIMPLE  =                    T" + b" " * 2850,
    "rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 60,
    "seven-zip": b"7z\xbc\xaf\x27\x1c" + b"\0" * 60,
    "gzip": gzip.compress(b"\0" * 1_000_000),
    "video": b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + b"\0" * 60,
    "film": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 60,
    "matroska": b"\x1aE\xdf\xa3" + b"\0" * 60,
    "avi": b"RIFF\x40\0\0\0AVI " + b"\0" * 60,
    "wave": b"RIFF\x40\0\0\0WAVE" + b"\0" * 60,
    "riff": b"RIFF\x40\0\0\0\0\0\0\0" + b"\0" * 60,
    "program": b"\x7fELF\2\1\1" + b"\0" * 60,
    "program-for-dos": b"MZ\x90" + b"\0" * 60,
    "sound": b"ID3\4" + b"\0" * 60,
}
_UNKNOWN = {
    "nothing": b"",
    "one-byte": b"\0",
    "text": b"hello",
    "zeros": b"\0" * 5000,
    "ones": b"\xff" * 5000,
    "python": b"import os; os.system('true')",
    "pickle": b"\x80\x04\x95\x0f\0\0\0\0\0\0\0\x8c\x05posix\x94.",
    "shell": b"#!/bin/sh\nid\n",
    "viff": b"\xab\1" + b"\0" * 2000,
    "xpm": b"/* XPM */ static char *a[] = {",
}


def strangers() -> Iterator[Hostile]:
    """Yield what no decoder may see, and what is read for what it begins as."""
    for name, data in _KNOWN.items():
        yield Hostile(name, data, UnsupportedFormat)
    yield Hostile("zip", _zip(), UnsupportedFormat)
    yield Hostile("icon", encoded(Image.new("RGB", (64, 64)), "ICO"), UnsupportedFormat)
    for kind in ("PPM", "TGA", "PCX", "SGI", "DDS", "PALM", "SPIDER", "MSP", "XBM", "BLP"):
        image = Image.effect_noise((64, 64), 90)
        image = image.convert({"MSP": "1", "PALM": "1", "XBM": "1", "SPIDER": "F", "BLP": "P"}.get(kind, "L"))
        yield Hostile(kind.lower(), encoded(image, kind))
    for name, data in _UNKNOWN.items():
        yield Hostile(name, data)
    yield from _polyglots()


def _polyglots() -> Iterator[Hostile]:
    for name in ("jpeg", "png", "gif", "webp", "bmp"):
        yield Hostile(f"{name}-and-zip", seeds()[name] + _zip(), None)
        yield Hostile(f"{name}-and-html", seeds()[name] + b"<html><script>alert(1)</script>", None)
        yield Hostile(f"zip-and-{name}", _zip() + seeds()[name], UnsupportedFormat)
        yield Hostile(f"pdf-and-{name}", b"%PDF-1.7\n" + seeds()[name], UnsupportedFormat)
        yield Hostile(f"html-and-{name}", b"<html>" + seeds()[name], UnsupportedFormat)
    yield Hostile("gif-and-script", b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)")
    for one, other in (("jpeg", "png"), ("png", "gif"), ("gif", "jpeg"), ("webp", "tiff"), ("tiff", "avif")):
        yield Hostile(f"head-of-{one}-on-{other}", seeds()[one][:16] + seeds()[other][16:])


def _zip() -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("../../etc/passwd", "root")
    return file.getvalue()
