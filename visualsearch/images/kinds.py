"""What kind of file some bytes are, by their content and never by a name."""

from __future__ import annotations

from importlib.util import find_spec

from visualsearch.exceptions import InvalidImage, UnsupportedFormat

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF", "HEIF")
"""What is read; Pillow knows more, and each is one more way in. HEIF, which iPhones write, with the extra `heif` alone.

An MPO, the several pictures that some phones write into one JPEG, opens as JPEG.
"""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\x01\0", "icon"),
    (b"\0\0\x02\0", "icon"),
    (b"SIMPLE  =", "FITS"),
    (b"PK\x03\x04", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
)
_RIFF = {b"WEBP": "WEBP", b"AVI ": "video", b"WAVE": "sound"}
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIF"),
}
_LOOKED_AT = 1024
_BRANDS_LOOKED_AT = 64


def kind_of(data: bytes) -> str:
    """Return which of FORMATS the bytes begin as; no decoder sees them before.

    Raises UnsupportedFormat for a known kind of file that is not read, and InvalidImage for anything else.
    """
    kind = _by_start(data) or _by_boxes(data) or _by_text(data)
    if kind in FORMATS:
        if kind != "HEIF" or find_spec("pillow_heif"):
            return kind
        raise UnsupportedFormat(
            f"Expected a picture in one of {_known()}; this is a HEIC, which needs the extra `heif`: "
            "`pip install django-visualsearch[heif]`."
        )
    if kind:
        raise UnsupportedFormat(f"Expected a picture in one of {_known()}; this is a file of another kind: {kind}.")
    raise InvalidImage(f"Expected a picture in one of {_known()}; the content is none of them.")


def _known() -> str:
    return ", ".join(kind for kind in FORMATS if kind != "HEIF" or find_spec("pillow_heif"))


def _by_start(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "RIFF")
    return next((kind for start, kind in _STARTS if data.startswith(start)), "")


def _by_boxes(data: bytes) -> str:
    """Tell the kinds of the ISO base media format by their brands; a HEIC may name its own second."""
    if data[4:8] != b"ftyp":
        return ""
    end = min(int.from_bytes(data[:4]), 16 + 4 * _BRANDS_LOOKED_AT, len(data))
    brands = [data[8:12], *(data[place : place + 4] for place in range(16, end, 4))]
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "video")


def _by_text(data: bytes) -> str:
    text = data[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not text.startswith(b"<"):
        return ""
    return "SVG" if b"<svg" in text else "HTML" if b"<html" in text or b"<!doctype html" in text else "XML"
