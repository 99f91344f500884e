"""From bytes to an upright RGB image within limits; without Django, so that a bare process can do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import NamedTuple

import numpy as np

# Those that are read, so that Pillow does not load all that it knows when it looks for them.
from PIL import (  # noqa: F401
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from visualsearch.exceptions import ImageTooLarge, ImageTooSmall, InvalidImage, TooManyPixels
from visualsearch.images.kinds import kind_of
from visualsearch.images.limits import Limits
from visualsearch.images.mending import SHARE_LEAST, Mended, mend
from visualsearch.images.structure import SCANS_MOST, count_directories, count_scans
from visualsearch.images.upright import upright_rgb

_COUNTED = ("WEBP", "AVIF", "PNG", "HEIF")

_MISSING = 128
"""What libjpeg gives each channel where no data came."""

_ROWS = 64
"""Looked at together: all of a large picture would need more memory than decoding it."""


class Decoded(NamedTuple):
    """What came of a file."""

    image: Image.Image
    """Upright, RGB and without metadata; of a moving picture the first frame."""
    note: str = ""
    """What the shop should know of the file although it was read; empty where it is whole."""


def decode(data: bytes, limits: Limits, longest_side: int | None = None) -> Decoded:
    """Return the picture; one whose end is missing as far as it goes, with a note.

    Raises InvalidImage or one of its kinds, and nothing else.
    """
    kind = kind_of(data)
    _check_parts(data, kind, limits)
    if kind == "HEIF":
        import_module("visualsearch.images.heif")
    with _failures_as_invalid_image(kind):
        try:
            return Decoded(_finished(_open(data, kind, limits, longest_side), limits, longest_side))
        except (InvalidImage, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise
        except Exception:
            mended = mend(kind, data, limits.pixels_most)
            if mended is None:
                raise
            return _decode_mended(mended, kind, limits, longest_side)


def _decode_mended(mended: Mended, kind: str, limits: Limits, longest_side: int | None) -> Decoded:
    _check_share(1.0 if mended.share is None else mended.share)
    image = _open(mended.data, kind, limits, longest_side)
    if not mended.is_torn:
        return Decoded(_finished(image, limits, longest_side))
    share = _share_there(image) if mended.share is None else mended.share
    _check_share(share)
    there = "the picture is there with fewer details" if mended.is_coarse else f"{share:.0%} of the picture is there"
    return Decoded(_finished(image, limits, longest_side), f"The file ends too early: {there}.")


def _open(data: bytes, kind: str, limits: Limits, longest_side: int | None) -> Image.Image:
    """Return the decoded image as its file has it."""
    image = Image.open(BytesIO(data), formats=[kind])
    _check_size(image.width, image.height, limits)
    _check_frames(image, kind, limits)
    if longest_side:
        _draft(image, longest_side)
    image.load()
    # A decoder may find another size than the header says.
    _check_pixels(image.width, image.height, limits)
    return image


def _finished(image: Image.Image, limits: Limits, longest_side: int | None) -> Image.Image:
    with image:
        return upright_rgb(image, longest_side=longest_side, profile_bytes_most=limits.profile_bytes_most)


@contextmanager
def _failures_as_invalid_image(kind: str) -> Iterator[None]:
    """Tell in one sentence whatever a decoder throws: Pillow documents no complete list."""
    try:
        yield
    except InvalidImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels("Expected a picture with fewer pixels than Pillow's own limit, got more.") from error
    except MemoryError as error:
        raise TooManyPixels("Expected a picture that is decoded in less memory: this one needs too much.") from error
    except UnidentifiedImageError as error:
        raise InvalidImage(f"Expected a whole picture; this begins as {kind} and goes on as something else.") from error
    except Exception as error:
        raise InvalidImage(
            f"Expected a whole picture, but it cannot be decoded: {error or type(error).__name__}."
        ) from error


def _share_there(image: Image.Image) -> float:
    """Return the share of the rows of a torn JPEG that its data reaches, 0 to 1."""
    for end in range(image.height, 0, -_ROWS):
        rows = np.asarray(image.crop((0, max(end - _ROWS, 0), image.width, end)), np.int16)
        # Colours of print come out a step away, turned round.
        seen = np.flatnonzero((np.abs(rows - _MISSING) > 1).reshape(len(rows), -1).any(axis=1))
        if len(seen):
            return float((max(end - _ROWS, 0) + seen[-1] + 1) / image.height)
    return 0.0


def _check_share(share: float) -> None:
    if share < SHARE_LEAST:
        raise InvalidImage(
            f"Expected a whole picture, or {SHARE_LEAST:.0%} of one; the file ends too early: {share:.0%} is there."
        )


def _check_parts(data: bytes, kind: str, limits: Limits) -> None:
    """Refuse by its structure what a decoder would go through for ever."""
    if kind == "JPEG" and count_scans(data) > SCANS_MOST:
        raise ImageTooLarge(f"Expected a JPEG of at most {SCANS_MOST} scans, got more.")
    if kind == "TIFF" and count_directories(data, limits.frames_most) > limits.frames_most:
        raise ImageTooLarge(f"Expected a TIFF of at most {limits.frames_most:,} directories, got more.")


def _check_size(width: int, height: int, limits: Limits) -> None:
    _check_pixels(width, height, limits)
    if min(width, height) < limits.side_least:
        raise ImageTooSmall(
            f"Expected a picture of at least {limits.side_least} pixels each way, got {width} x {height}."
        )
    if max(width, height) > limits.aspect_most * min(width, height):
        raise InvalidImage(
            f"Expected a picture no longer than {limits.aspect_most} times its width, got {width} x {height}."
        )


def _check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels_most:
        raise TooManyPixels(f"Expected a picture of at most {limits.pixels_most:,} pixels, got {width} x {height}.")


def _check_frames(image: Image.Image, kind: str, limits: Limits) -> None:
    frames = getattr(image, "n_frames", 1) if kind in _COUNTED else 1
    if frames > limits.frames_most:
        raise ImageTooLarge(f"Expected a picture of at most {limits.frames_most:,} frames, got {frames:,}.")


def _draft(image: Image.Image, longest_side: int) -> None:
    """Let libjpeg decode at 1/2, 1/4 or 1/8 of the size, never below `longest_side`; other formats ignore it."""
    # Pillow takes the coarsest scale at which neither side falls below what is asked: only the longer one counts.
    image.draft(None, (longest_side, 1) if image.width >= image.height else (1, longest_side))
