"""What a phone makes of a scene: exposure, white balance, noise, a shaking hand, JPEG."""

from __future__ import annotations

import io
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.float64]


def as_phone_photo(image: Image.Image, random_: random.Random) -> Image.Image:
    """Return the image with the faults of a phone in a hand, the same ones for the same chances."""
    if random_.random() < 0.35:
        image = image.filter(ImageFilter.GaussianBlur(random_.uniform(0.3, 0.9)))
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64) / 255
    pixels = pixels * 2 ** random_.uniform(-0.35, 0.3) * _white_balance(random_)
    pixels = _vignette(pixels, random_.uniform(0.0, 0.22))
    pixels = _contrast(np.clip(pixels, 0, 1), random_.uniform(0.0, 0.35))
    pixels = pixels + _grain(pixels.shape, random_)
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8))


def as_jpeg(image: Image.Image, random_: random.Random, bytes_most: int = 78_000) -> bytes:
    """Return the photo as a JPEG file of a phone's quality, lower where it would grow too large."""
    for quality in range(random_.randint(74, 88), 30, -5):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= bytes_most:
            break
    return buffer.getvalue()


def _white_balance(random_: random.Random) -> Pixels:
    warm, green = random_.gauss(0, 0.05), random_.gauss(0, 0.015)
    return np.array([1 + warm, 1 + green, 1 - warm])


def _vignette(pixels: Pixels, strength: float) -> Pixels:
    height, width = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return pixels * (1 - strength * (x * x + y * y) / 2)[..., None]


def _contrast(pixels: Pixels, share: float) -> Pixels:
    return pixels * (1 - share) + (3 * pixels**2 - 2 * pixels**3) * share


def _grain(shape: tuple[int, ...], random_: random.Random) -> Pixels:
    """Noise that is the same in all channels for the most part, and coarser than a pixel, as phones leave it."""
    numbers = np.random.default_rng(random_.randrange(2**32))
    strength = random_.uniform(0.004, 0.022)
    grey = numbers.normal(0, strength, (*shape[:2], 1))
    return grey + numbers.normal(0, strength * 0.5, shape)
