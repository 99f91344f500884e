"""Pictures that look to a decoder like photos: shapes, light that changes slowly, and detail of every size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

QUALITY = 90
_OCTAVES = (8, 32, 128, 512)
_GRAIN = 5.0


def draw_photos(folder: Path, count: int, size: tuple[int, int]) -> list[Path]:
    """Write so many JPEGs, each another, and return their paths."""
    paths = [folder / f"{size[0]}-{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        _draw(np.random.default_rng([number, *size]), size).save(path, quality=QUALITY)
    return paths


def _draw(random: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, _colour(random))
    pen = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = (int(random.integers(0, length)) for length in size)
        reach = int(random.integers(size[0] // 40, size[0] // 4))
        shape = str(random.choice(["ellipse", "rectangle"]))
        getattr(pen, shape)((x, y, x + reach, y + reach), fill=_colour(random))
    pixels = np.asarray(image, dtype=np.float32)
    return Image.fromarray((pixels + _detail(random, size)).clip(0, 255).astype(np.uint8))


def _detail(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Return noise of several sizes, weaker the finer it is as in nature, and the grain of a sensor."""
    width, height = size
    detail = random.standard_normal((height, width, 1), dtype=np.float32) * _GRAIN
    for octave in _OCTAVES:
        coarse = random.standard_normal((octave * height // width + 2, octave + 2), dtype=np.float32)
        smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        detail += np.asarray(smooth)[:, :, None] * (200 / octave**0.6)
    return detail


def _colour(random: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(value) for value in random.integers(30, 226, 3))
