"""The one door to a decoder, for pictures of the shop and photos of strangers alike."""

from __future__ import annotations

import sys

from visualsearch.conf import get_settings
from visualsearch.images.decoders import get_pool
from visualsearch.images.decoding import Decoded, decode
from visualsearch.images.kinds import kind_of
from visualsearch.images.limits import Limits


def decode_apart(data: bytes, limits: Limits, longest_side: int | None, *, patient: bool) -> Decoded:
    """Return the picture, decoded where it can neither keep this process busy nor take it along.

    In the process itself where DECODE_APART is off, and outside of Linux. Raises InvalidImage or one of its kinds, also
    where the picture ends its decoder; DecoderUnavailable where none is free in time, unless the caller is `patient`;
    TooManySearches where who asks has had its part of the decoders' time.
    """
    # What is no picture does not cost a decoder's time.
    kind_of(data)
    if get_settings().decode_apart and sys.platform == "linux":
        return get_pool().decode(data, limits, longest_side, patient=patient)
    return decode(data, limits, longest_side)
