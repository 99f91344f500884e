"""From bytes to an upright RGB image within limits; without Django, so that a bare process can do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO

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
from visualsearch.images.upright import upright_rgb

_COUNTED = ("WEBP", "AVIF", "PNG")


def decode(data: bytes, limits: Limits, longest_side: int | None = None) -> Image.Image:
    """Return the picture as an upright RGB image without metadata; of a moving one the first frame.

    Raises InvalidImage or one of its kinds, and nothing else.
    """
    kind = kind_of(data)
    if kind == "HEIF":
        import_module("visualsearch.images.heif")
    with _failures_as_invalid_image(kind), Image.open(BytesIO(data), formats=[kind]) as image:
        _check_size(image.width, image.height, limits)
        _check_frames(image, kind, limits)
        if longest_side:
            _draft(image, longest_side)
        image.load()
        # A decoder may find another size than the header says.
        _check_pixels(image.width, image.height, limits)
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
