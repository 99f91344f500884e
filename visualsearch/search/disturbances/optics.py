"""What light and lens do to a photo."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

_STOPS = (0.3, 0.75)
_TINT = 0.14
_SATURATION = (0.65, 1.35)
_GAMMA = 2.2
_DEFOCUS = (0.004, 0.011)
"""Standard deviation of the blur, as a share of the longer side."""
_MOTION = (0.02, 0.04)
"""Length of the trace, as a share of the longer side."""
_TAPS_MOST = 24


def relit(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Expose too much or too little by up to three quarters of a stop, in warmer or colder light, colours off."""
    gain = 2.0 ** (chance.uniform(*_STOPS) * chance.choice([-1, 1]))
    warmth = chance.uniform(0.4, 1) * _TINT * chance.choice([-1, 1])
    green = chance.uniform(-0.3, 0.3) * _TINT
    gains = gain * np.array([1 + warmth, 1 + green, 1 - warmth])
    # Light adds up before the camera's gamma; a table of 256 values a channel does it.
    linear = (np.arange(256) / 255) ** _GAMMA
    tables = 255 * (linear * gains[:, None]).clip(0, 1) ** (1 / _GAMMA)
    lit = image.point(np.rint(tables).astype(int).ravel().tolist())
    return ImageEnhance.Color(lit).enhance(chance.uniform(*_SATURATION))


def blurred(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Take it out of focus, or move the phone while the shutter is open."""
    longest = max(image.size)
    if chance.random() < 0.5:
        return image.filter(ImageFilter.GaussianBlur(max(0.8, longest * chance.uniform(*_DEFOCUS))))
    return _moved(image, length=max(3.0, longest * chance.uniform(*_MOTION)), angle=chance.uniform(0, pi))


def _moved(image: Image.Image, *, length: float, angle: float) -> Image.Image:
    """Return the mean of the image at places along a line; what lies outside is the nearest of its edge."""
    steps = np.linspace(-length / 2, length / 2, min(_TAPS_MOST, round(length) + 1))
    across, down = (np.rint(steps * part).astype(int) for part in (cos(angle), sin(angle)))
    room = int(max(np.abs(across).max(), np.abs(down).max()))
    padded = np.pad(np.asarray(image), ((room, room), (room, room), (0, 0)), mode="edge")
    total = np.zeros((image.height, image.width, 3), np.uint32)
    for x, y in zip(across + room, down + room, strict=True):
        total += padded[y : y + image.height, x : x + image.width]
    return Image.fromarray((total // len(steps)).astype(np.uint8))
