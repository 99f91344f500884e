"""From a file with trouble in parts that are not needed, or without its end, to one that a decoder reads.

A browser shows such pictures, while Pillow reads them only with a switch that holds for the whole process.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from visualsearch.images.structure import SEGMENTS_MOST, Segment, jpeg_segments

SHARE_LEAST = 0.5
"""Share of a picture that must be there, 0 to 1: of less too little can be seen."""

_EOI = b"\xff\xd9"
_SCAN, _END = 0xDA, 0xD9
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_SCANS_TO_SEE = 2
_NEEDED_NOT = frozenset({*range(0xE0, 0xF0), 0xFE}) - {0xE0, 0xE1, 0xE2, 0xEE}
"""Notes of programs and comments, but for JFIF, Exif, colour profile and Adobe's word on colours."""

_PNG = b"\x89PNG\r\n\x1a\n"
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_USEFUL = frozenset({b"tRNS", b"iCCP", b"eXIf", b"iTXt"})
_NOTE_MOST = 1_000_000
"""Bytes of a chunk beside the picture, unpacked, that Pillow reads."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of each pass of an interlaced PNG: first column and row, steps across and down."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that a decoder reads."""

    data: bytes
    share: float | None
    """Of the picture that is there, 0 to 1; None where only the decoded pixels tell."""
    is_torn: bool
    """Whether its end is missing."""
    is_coarse: bool = False
    """Whether what is missing are details of the whole picture, and no part of it."""


def mend(kind: str, data: bytes, pixels_most: int) -> Mended | None:
    """Return the picture without what it does not need, and ended where it is torn; None where nothing can be done.

    So also where the header says more than `pixels_most`: what is missing is not made up to any size.
    """
    match kind:
        case "JPEG":
            return _mend_jpeg(data)
        case "PNG":
            return _mend_png(data, pixels_most)
        case "BMP":
            return _mend_bmp(data, pixels_most)
    return None


def _mend_jpeg(data: bytes) -> Mended | None:
    segments = list(islice(jpeg_segments(data), SEGMENTS_MOST + 1))
    if len(segments) > SEGMENTS_MOST:
        return None
    is_torn = not segments or segments[-1].marker != _END
    whole = [segment for segment in segments if segment.end <= len(data)]
    markers = [segment.marker for segment in whole]
    if not set(markers) & _SIZES or _SCAN not in markers:
        return None
    is_progressive = bool(set(markers) & _PROGRESSIVE)
    # The last scan may be the torn one. The first makes squares of 8 pixels, the second shows what they hold.
    if is_torn and is_progressive and markers.count(_SCAN) <= _SCANS_TO_SEE:
        return None
    return Mended(b"".join(_kept(data, whole)), None, is_torn, is_coarse=is_torn and is_progressive)


def _kept(data: bytes, segments: list[Segment]) -> Iterator[bytes]:
    yield data[:2]
    for segment in segments:
        if segment.marker not in _NEEDED_NOT and segment.marker != _END:
            # Half a marker at the end would swallow the one that is written here.
            yield data[segment.start : segment.end].removesuffix(b"\xff")
    yield _EOI


def _mend_png(data: bytes, pixels_most: int) -> Mended | None:
    chunks = list(islice(_png_chunks(data), SEGMENTS_MOST + 1))
    if len(chunks) > SEGMENTS_MOST:
        return None
    packed = b"".join(body for kind, body, _ in chunks if kind == b"IDAT")
    head = next((body for kind, body, _ in chunks[:1] if kind == b"IHDR" and len(body) == 13), b"")
    if not head or not packed or not all(is_right for kind, _, is_right in chunks if kind in _CRITICAL):
        return None
    width, height = struct.unpack(">II", head[:8])
    if width * height > pixels_most:
        return None
    is_torn = chunks[-1][0] != b"IEND"
    share = 1.0
    if is_torn:
        expected = _png_length(head)
        raw = _unpacked(packed, expected)
        share = len(raw) / max(expected, 1)
        fill = b"\0" if head[9] == 3 else b"\xff"
        packed = zlib.compress(_filled(raw, expected, head, fill), 0)
    return Mended(_PNG + b"".join(_png_kept(chunks, packed)), share, is_torn)


def _png_kept(chunks: list[tuple[bytes, bytes, bool]], packed: bytes) -> Iterator[bytes]:
    for kind, body, is_right in chunks:
        if kind in (b"IHDR", b"PLTE") or (kind in _USEFUL and is_right and _is_small(kind, body)):
            yield _chunk(kind, body)
    yield _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield kind, body and whether the checksum is right of each chunk; of the torn last one what is there."""
    place = len(_PNG)
    while place + 8 <= len(data):
        kind, end = data[place + 4 : place + 8], place + 8 + int.from_bytes(data[place : place + 4])
        body, checksum = data[place + 8 : end], data[end : end + 4]
        if len(checksum) < 4:
            if kind == b"IDAT":
                yield kind, body, True
            return
        yield kind, body, zlib.crc32(kind + body) == int.from_bytes(checksum)
        if kind == b"IEND":
            return
        place = end + 4


def _is_small(kind: bytes, body: bytes) -> bool:
    """Tell whether Pillow reads a chunk beside the picture; of international texts the one that holds XMP counts."""
    if kind == b"iTXt":
        return body.startswith(b"XML:com.adobe.xmp\0\0") and len(body) <= _NOTE_MOST
    if kind == b"iCCP":
        return len(_unpacked(body.partition(b"\0")[2][1:], _NOTE_MOST + 1)) <= _NOTE_MOST
    return len(body) <= _NOTE_MOST


def _unpacked(packed: bytes, most: int) -> bytes:
    """Return what can be unpacked, at most so many bytes."""
    unpacker, raw = zlib.decompressobj(), bytearray()
    for start in range(0, len(packed), 1 << 16):
        try:
            raw += unpacker.decompress(packed[start : start + (1 << 16)], most - len(raw))
        except zlib.error:
            break
        if len(raw) >= most or unpacker.eof:
            break
    return bytes(raw)


def _png_rows(head: bytes) -> Iterator[tuple[int, int]]:
    """Yield how many rows of how many bytes there are, their filter included; of an interlaced one for each pass."""
    width, height, depth, colour = struct.unpack(">IIBB", head[:10])
    bits = depth * _CHANNELS.get(colour, 4)
    for left, top, across, down in _ADAM7 if head[12] else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            yield rows, 1 + -(-columns * bits // 8)


def _png_length(head: bytes) -> int:
    return sum(rows * length for rows, length in _png_rows(head))


def _filled(raw: bytes, expected: int, head: bytes, fill: bytes) -> bytes:
    """Return the rows with white where they are missing, which is what a page is made of."""
    if len(raw) >= expected:
        return raw
    rows = b"".join((b"\0" + fill * (length - 1)) * count for count, length in _png_rows(head))
    return raw + rows[len(raw) :]


def _mend_bmp(data: bytes, pixels_most: int) -> Mended | None:
    """End a BMP that is not packed; its rows are written from the lowest."""
    if len(data) < 34 or int.from_bytes(data[30:34], "little"):
        return None
    start, width, height = struct.unpack("<I4xii", data[10:14] + data[14:26])
    bits = int.from_bytes(data[28:30], "little")
    needed = abs(height) * (-(-width * bits // 32) * 4)
    missing = start + needed - len(data)
    if width < 1 or not 0 < width * abs(height) <= pixels_most or bits > 64 or missing <= 0:
        return None
    return Mended(data + b"\xff" * missing, max(1 - missing / needed, 0.0), is_torn=True)
