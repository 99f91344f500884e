"""One hostile file, and what has to come of it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from visualsearch.exceptions import InvalidImage


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file; `error` is what it has to raise: InvalidImage itself stands for any of its kinds, None for none."""

    name: str
    data: bytes
    error: type[InvalidImage] | None = InvalidImage
    may_be_read: bool = False
    """Whether a picture is a right answer too: what is left of a damaged file may be one."""


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of these chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def png_head(width: int, height: int, depth: int = 8, colour: int = 2) -> tuple[bytes, bytes]:
    """Return the first chunk of a PNG."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)


def tiff(entries: list[tuple[int, int, int, int]], rest: bytes = b"", following: int = 0) -> bytes:
    """Return a TIFF of one directory of (tag, type, count, value); `rest` begins right behind it."""
    lines = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + lines + struct.pack("<I", following) + rest


def behind(count: int) -> int:
    """Return where what follows a directory of so many entries lies in such a TIFF."""
    return 8 + 2 + 12 * count + 4


def box(kind: bytes, data: bytes) -> bytes:
    """Return a box of the ISO base media format."""
    return struct.pack(">I", 8 + len(data)) + kind + data
