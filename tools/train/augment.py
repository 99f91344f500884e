"""What a phone does to a picture, on batches: another frame, another light, another lens, a hand before it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from tools.train.device import here

Images = torch.Tensor
"""Pixels 0 to 1, float32, shape (images, 3, side, side)."""


def uniform(count: int, low: float, high: float) -> torch.Tensor:
    """Return random numbers of one range, shape (count, 1, 1, 1)."""
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def chosen(count: int, share: float) -> torch.Tensor:
    """Return the places of about this share of a batch."""
    return (torch.rand(count) < share).nonzero().flatten()


def frames(
    aspects: torch.Tensor, *, area: tuple[float, float], turn: float, tilt: float, stretch: float, flip: float = 0.5
) -> torch.Tensor:
    """Return one homography an image, shape (n, 3, 3): which part of it is seen, from where.

    `area` is the share of the picture that is seen, `turn` the largest rotation in degrees, `tilt` the strength of the
    perspective, `stretch` the largest change of aspect, `flip` the share that is mirrored.
    """
    count = len(aspects)
    scale = torch.empty(count).uniform_(*area).sqrt()
    ratio = torch.exp(torch.empty(count).uniform_(-1, 1) * np.log(stretch)) ** 0.5
    angle = torch.deg2rad(torch.empty(count).uniform_(-turn, turn))
    mirror = torch.where(torch.rand(count) < flip, -1.0, 1.0)
    # The squares are squeezed pictures: a turn must happen in the picture's own aspect.
    root = aspects.sqrt()
    cos, sin = torch.cos(angle), torch.sin(angle)
    matrix = torch.zeros(count, 3, 3)
    matrix[:, 0, 0] = scale * ratio * cos * mirror
    matrix[:, 0, 1] = -scale / ratio * sin / root * mirror
    matrix[:, 1, 0] = scale * ratio * sin * root
    matrix[:, 1, 1] = scale / ratio * cos
    room = (1 - scale).clamp(min=0)
    matrix[:, 0, 2] = torch.empty(count).uniform_(-1, 1) * room
    matrix[:, 1, 2] = torch.empty(count).uniform_(-1, 1) * room
    matrix[:, 2, :2] = torch.empty(count, 2).uniform_(-tilt, tilt)
    matrix[:, 2, 2] = 1
    return matrix


def warp(images: torch.Tensor, matrix: torch.Tensor, side: int, *, outside: str = "reflection") -> torch.Tensor:
    """Return what is seen through the homographies, shape (n, channels, side, side)."""
    line = torch.linspace(-1, 1, side)
    rows, columns = torch.meshgrid(line, line, indexing="ij")
    points = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1).reshape(1, -1, 3)
    seen = points @ matrix.transpose(1, 2)
    grid = (seen[..., :2] / seen[..., 2:].clamp(min=0.2)).reshape(len(images), side, side, 2)
    return functional.grid_sample(images, grid, padding_mode=outside, align_corners=False)


def relight(images: Images, strength: float = 1.0) -> Images:
    """Change exposure, white balance, saturation, contrast, gamma; hue hardly: colour is what shoppers mean."""
    count = len(images)
    gain = torch.exp(uniform(count, -0.45, 0.45) * strength)
    balance = torch.exp(torch.empty(count, 3, 1, 1).uniform_(-0.13, 0.13) * strength)
    images = (images * gain * balance).clamp(0, 1)
    grey = images.mean(dim=1, keepdim=True)
    images = grey + (images - grey) * (1 + uniform(count, -0.35, 0.3) * strength)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images = (mean + (images - mean) * (1 + uniform(count, -0.3, 0.3) * strength)).clamp(1e-4, 1)
    return images ** torch.exp(uniform(count, -0.3, 0.3) * strength)


def recolour(images: Images) -> Images:
    """Turn the hue of each image by any angle, about the grey axis: colours that the thing never had."""
    count = len(images)
    angle = torch.empty(count).uniform_(0, 2 * torch.pi)
    cos, sin = torch.cos(angle), torch.sin(angle)
    same, left, right = (
        cos + (1 - cos) / 3,
        (1 - cos) / 3 - sin / 3**0.5,
        (1 - cos) / 3 + sin / 3**0.5,
    )
    rows = [torch.stack(row, 1) for row in ((same, left, right), (right, same, left), (left, right, same))]
    return torch.einsum("nij,njhw->nihw", torch.stack(rows, 1), images).clamp(0, 1)


def shade(images: Images, share: float = 0.3) -> Images:
    """Let light fall off across some of the images, or a shadow lie over a part."""
    places = chosen(len(images), share)
    if len(places):
        coarse = torch.empty(len(places), 1, 3, 3).uniform_(0.45, 1.25)
        images[places] *= functional.interpolate(coarse, images.shape[-1], mode="bicubic")
    return images


def blur(images: Images, share: float = 0.4) -> Images:
    """Take some out of focus, and see some through fewer pixels."""
    side = images.shape[-1]
    places = chosen(len(images), share)
    if len(places):
        small = int(side * np.random.uniform(0.18, 0.8))
        reduced = functional.interpolate(images[places], small, mode="bilinear", antialias=True)
        images[places] = functional.interpolate(reduced, side, mode="bilinear")
    return images


def noise(images: Images, share: float = 0.3) -> Images:
    """Add the grain of a small sensor to some."""
    places = chosen(len(images), share)
    images[places] += torch.randn_like(images[places]) * uniform(len(places), 0.01, 0.07)
    return images


def cover(images: Images, share: float = 0.25) -> Images:
    """Put something before some: a finger's colour, a grey, or a part of another image."""
    side = images.shape[-1]
    for place in chosen(len(images), share).tolist():
        high, wide = (int(side * np.random.uniform(0.12, 0.42)) for _ in range(2))
        top, left = np.random.randint(0, side - high), np.random.randint(0, side - wide)
        if np.random.rand() < 0.5:
            other = images[np.random.randint(len(images)), :, -high:, -wide:].clone()
        else:
            skin = torch.tensor([0.85, 0.65, 0.52]) * np.random.uniform(0.3, 1.1)
            other = skin.view(3, 1, 1).expand(3, high, wide)
        images[place, :, top : top + high, left : left + wide] = other
    return images


def recompress(images: Images, share: float = 0.2) -> Images:
    """Send some through a JPEG of low quality."""
    places = chosen(len(images), share)
    if len(places):
        pixels = (images[places].permute(0, 2, 3, 1) * 255).clamp(0, 255).byte().cpu().numpy()
        sent = np.stack([_through_jpeg(one, int(np.random.randint(12, 70))) for one in pixels])
        images[places] = here(torch.from_numpy(sent)).permute(0, 3, 1, 2) / 255
    return images


def _through_jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def as_phone_sees(images: Images) -> Images:
    """Apply all that changes no geometry."""
    images = shade(relight(images))
    images = noise(blur(cover(images)))
    return recompress(images.clamp(0, 1)).clamp(0, 1)
