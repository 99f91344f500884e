"""Whole pictures cut where a part of them ends, and with bits turned."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random

from tests.hostile.file import Hostile
from tests.hostile.seeds import seeds

_CUTS_MOST = 12
_FLIPPED = 8


def damaged() -> Iterator[Hostile]:
    """Yield each seed cut at its boundaries, one byte before and behind some, and with turned bits."""
    for name, data in seeds().items():
        places = sorted({place for place in _boundaries(name, data) if 0 < place < len(data)})
        step = max(1, -(-len(places) // _CUTS_MOST))
        for place in places[::step]:
            yield Hostile(f"{name}-cut-at-{place}", data[:place], may_be_read=True)
        for share in (0.1, 0.5, 0.9):
            yield Hostile(f"{name}-cut-at-{share}", data[: int(len(data) * share)], may_be_read=True)
        random = Random(name)
        for number in range(_FLIPPED):
            yield Hostile(f"{name}-flipped-{number}", _flipped(data, random), may_be_read=True)


def _flipped(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    reach = 200 if random.random() < 0.7 else len(data)
    for _ in range(random.choice((1, 1, 4, 30))):
        changed[random.randrange(min(reach, len(data)))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _boundaries(name: str, data: bytes) -> Iterator[int]:
    kind = name.partition("-")[0]
    match kind:
        case "jpeg" | "mpo":
            yield from (
                place for place in range(len(data) - 1) if data[place] == 0xFF and data[place + 1] not in (0, 0xFF)
            )
        case "png":
            yield from _steps(data, 8, lambda place: int.from_bytes(data[place : place + 4]) + 12)
        case "webp":
            yield from _steps(data, 12, lambda place: 8 + int.from_bytes(data[place + 4 : place + 8], "little"))
        case "avif" | "heic":
            yield from _boxes(data, 0, len(data))
        case "bmp":
            yield from (2, 14, 18, 30, 54, struct.unpack("<I", data[10:14])[0])
        case "tiff":
            start = struct.unpack("<I", data[4:8])[0]
            yield from (4, 8, start, start + 2, *range(start + 2, min(start + 400, len(data)), 12))
        case _:
            yield from (6, 10, 13, *(place for place in range(len(data)) if data[place] in b"\x2c\x21\x3b"))


def _steps(data: bytes, place: int, length: object) -> Iterator[int]:
    while place < len(data):
        yield place
        place += length(place)  # type: ignore[operator]


def _boxes(data: bytes, place: int, end: int) -> Iterator[int]:
    while place + 8 <= end:
        yield place
        length = int.from_bytes(data[place : place + 4])
        if data[place + 4 : place + 8] in (b"iprp", b"ipco"):
            yield from _boxes(data, place + 8, place + length)
        if data[place + 4 : place + 8] == b"meta":
            yield from _boxes(data, place + 12, place + length)
        place += max(length, 8)
