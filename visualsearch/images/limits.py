"""How large and how odd a picture may be before it is decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is checked of a picture by its header."""

    pixels_most: int
    side_least: int
    """Fewest pixels of the shorter side."""
    aspect_most: int
    """How many times longer than the other a side may be."""
    frames_most: int
    """Of a WebP, AVIF, PNG or HEIC, whose header says how many there are, and directories of a TIFF."""
    profile_bytes_most: int
    """Largest colour profile that is used; a larger one is left aside."""
