"""From the colours that an embedded profile describes to sRGB."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageCms

_MODE_OF_SPACE = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}
_KEPT = 8


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return an L, RGB or CMYK image in sRGB; a profile that is broken or of other colours is left aside.

    Phones write Display P3, print shops CMYK. Source: ICC.1:2022, https://www.color.org/specification/ICC.1-2022-05.pdf
    """
    converted = _converted(image, profile) if profile else None
    return converted or image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        mode, transform = _to_srgb(profile)
        # Editors save grey pictures with the profile of the screen.
        image = image.convert("RGB") if (image.mode, mode) == ("L", "RGB") else image
        return ImageCms.applyTransform(image, transform) if image.mode == mode else None
    except Exception:
        # Editors write broken profiles; the pixels are worth more than the doubt about their shade.
        return None


# A shop's pictures come from a few cameras and editors, and a transform costs more to build than to apply.
@lru_cache(maxsize=_KEPT)
def _to_srgb(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform]:
    """Return the mode that the profile describes and the transform; raises whatever the library below raises."""
    described = ImageCms.ImageCmsProfile(BytesIO(profile))
    mode = _MODE_OF_SPACE[described.profile.xcolor_space]
    transform = ImageCms.buildTransform(
        described,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        # White stays white and the darkest becomes black, since shops put things on white.
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return mode, transform
