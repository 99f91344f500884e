"""What a file says of its own parts, read without a decoder: the scans of a JPEG, the directories of a TIFF."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

SCANS_MOST = 100
"""Scans of a JPEG that are decoded. A progressive one has about ten, and each goes through all pixels again."""

SEGMENTS_MOST = 20_000
"""Segments of a JPEG, or chunks of a PNG, that are looked at: what has more is made to be slow."""

_SOS, _EOI = 0xDA, 0xD9
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
"""What begins a segment: no stuffed byte, no fill, and none of the markers that stand alone."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a JPEG, its entropy-coded data included where it is a scan."""

    marker: int
    start: int
    end: int
    """Past the length of the data where it is torn."""


def jpeg_segments(data: bytes) -> Iterator[Segment]:
    """Yield the segments of the first picture in a JPEG, to its end marker or to where it is torn.

    What cameras put behind that, such as further pictures or a film, is not looked at. Source: ITU-T T.81, annex B.
    """
    place = 2
    while found := _MARKER.search(data, place):
        place, marker = found.start(), data[found.start() + 1]
        if marker == _EOI:
            yield Segment(marker, place, place + 2)
            return
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        if marker == _SOS:
            following = _MARKER.search(data, end)
            end = following.start() if following else max(end, len(data))
        yield Segment(marker, place, end)
        place = end


def count_scans(data: bytes) -> int:
    """Return how many scans a JPEG has, as far as it matters: no more than one past SCANS_MOST."""
    # Quick, and never too few: what lies in a thumbnail or behind the picture is counted too.
    if data.count(b"\xff\xda") <= SCANS_MOST:
        return 0
    scans = 0
    # What hides its scans behind more segments than that costs its decoder the time that each has, and no more.
    for segment in islice(jpeg_segments(data), SEGMENTS_MOST):
        scans += segment.marker == _SOS
        if scans > SCANS_MOST:
            break
    return scans


def count_directories(data: bytes, most: int) -> int:
    """Return how many directories of a TIFF follow each other, no more than one past `most`; a ring is gone once."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    count, offset, line = ("Q", "Q", 20) if is_big else ("H", "I", 12)
    places: set[int] = set()
    try:
        (place,) = struct.unpack_from(order + offset, data, 8 if is_big else 4)
        while place and place not in places and len(places) <= most:
            places.add(place)
            (lines,) = struct.unpack_from(order + count, data, place)
            (place,) = struct.unpack_from(order + offset, data, place + struct.calcsize(order + count) + line * lines)
    except (struct.error, OverflowError):
        pass  # torn: the decoder says so where it matters
    return len(places)
