"""Where a picture was taken, as cameras and phones write it beside the pixels: whether a file says it, and without it.

No decoder is asked. Places are blanked where they stand, so that every other byte stays as it is, in any kind of file
and in all that lies behind its first picture.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice

_HEADS = re.compile(rb"II\*\0|MM\0\*")
_GPS = 0x8825
_MOST = 100
"""Places of one kind in a file, and lines of a directory, that are looked at: real files have some dozens."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of a value by its kind. Source: TIFF 6.0 and Exif 2.32."""

_XMP = re.compile(
    rb":GPS(?:Dest)?(?:Latitude|Longitude|Altitude)\w{0,20}(?:\s{0,20}=\s{0,20}[\"']|>)(?P<value>[^\"'<]{1,200})"
)
"""A place in XMP, as an attribute or an element."""
_FILM = re.compile(rb"\xa9xyz(?=..\x15\xc7|..\0\0)", re.DOTALL)
"""What a film that a phone puts behind a picture says of it: ISO 6709 in an atom of QuickTime."""

_PNG = b"\x89PNG\r\n\x1a\n"


def has_place(data: bytes) -> bool:
    """Tell whether the file says where its picture was taken."""
    return any(True for _ in _spans(data))


def without_place(data: bytes) -> bytes:
    """Return the file without where it was taken; the same bytes where it does not say that."""
    spans = list(_spans(data))
    if not spans:
        return data
    blank = bytearray(data)
    for start, end, filler in spans:
        blank[start:end] = filler * (end - start)
    return _with_checksums(bytes(blank)) if data.startswith(_PNG) else bytes(blank)


def _spans(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield where a place stands, and the byte that says nothing there."""
    for head in islice(_HEADS.finditer(data), _MOST):
        yield from _in_exif(data, head.start())
    for found in islice(_XMP.finditer(data), _MOST):
        if found["value"].strip():
            yield *found.span("value"), b" "
    for found in islice(_FILM.finditer(data), _MOST):
        length = int.from_bytes(data[found.end() : found.end() + 2])
        if data[found.end() + 4 : found.end() + 4 + length].strip(b"\0 "):
            yield found.end() + 4, min(found.end() + 4 + length, len(data)), b" "


def _in_exif(data: bytes, base: int) -> Iterator[tuple[int, int, bytes]]:
    order = "<" if data[base : base + 2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(order + "I", data, base + 4)
        for tag, kind, count, place in _lines(data, base + first, order):
            (inner,) = struct.unpack_from(order + "I", data, place + 8)
            if tag == _GPS and kind in (4, 13) and count == 1:
                yield from _in_directory(data, base, base + inner, order)
                return
    except struct.error:  # torn, or no directory at all
        return


def _in_directory(data: bytes, base: int, start: int, order: str) -> Iterator[tuple[int, int, bytes]]:
    """Yield what makes a directory of places an empty one: its values, then its lines and how many there are."""
    lines = list(_lines(data, start, order))
    for _, kind, count, place in lines:
        length = _SIZES.get(kind, 1) * count
        (value,) = struct.unpack_from(order + "I", data, place + 8)
        if length > 4 and base + value + length <= len(data):
            yield base + value, base + value + length, b"\0"
    if lines:
        yield start, start + 2 + 12 * len(lines), b"\0"


def _lines(data: bytes, start: int, order: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield tag, kind, number of values and place of each line of a directory."""
    (count,) = struct.unpack_from(order + "H", data, start)
    for place in range(start + 2, start + 2 + 12 * min(count, _MOST), 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, place)
        yield tag, kind, number, place


def _with_checksums(data: bytes) -> bytes:
    """Return a PNG whose chunks beside the picture have the checksums of what they now hold."""
    parts, place = [_PNG], len(_PNG)
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4])
        is_note = data[place + 4 : place + 8] in (b"eXIf", b"iTXt", b"tEXt")
        checksum = struct.pack(">I", zlib.crc32(data[place + 4 : end])) if is_note else data[end : end + 4]
        parts += [data[place:end], checksum]
        place = end + 4
    return b"".join((*parts, data[place:]))
