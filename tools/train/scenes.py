"""From designs to pictures of them: alone on white as a shop shows them, or in the world as a phone sees them."""

from __future__ import annotations

import numpy as np
import torch

from tools.train.augment import Images, frames, uniform, warp
from tools.train.device import here

SIDE = 224


def shop_pictures(designs: torch.Tensor) -> Images:
    """Return each design on white, once to three times; `designs` are uint8 (n, 4, side, side)."""
    count = len(designs)
    canvas = torch.ones(count, 3, SIDE, SIDE)
    copies = torch.where(torch.rand(count) < 0.75, 1, torch.randint(2, 4, (count,)))
    for layer in range(int(copies.max())):
        places = (copies > layer).nonzero().flatten()
        size = torch.where(copies[places] == 1, 0.85, 0.55)
        canvas[places] = lay(canvas[places], designs[places], size, turn=12, spread=0.05 if layer == 0 else 0.7)
    return canvas


def scenes(designs: torch.Tensor, grounds: torch.Tensor) -> Images:
    """Return each design somewhere in a picture: held up, standing among others, or in a heap of its like.

    `grounds` are the world behind, float (n, 3, SIDE, SIDE); a fourth channel of theirs comes back as 1 where the
    design is.
    """
    count = len(designs)
    canvas = grounds.clone()
    kind = torch.rand(count)
    copies = torch.ones(count, dtype=torch.long)
    copies[kind < 0.45] = torch.randint(2, 6, (count,))[kind < 0.45]
    copies[kind < 0.25] = torch.randint(8, 16, (count,))[kind < 0.25]
    size = torch.empty(count).uniform_(0.4, 0.9)
    size[kind < 0.45] *= 0.75
    size[kind < 0.25] *= 0.75
    for layer in range(int(copies.max())):
        places = (copies > layer).nonzero().flatten()
        alone = (copies[places] == 1).float()
        spread = 0.35 * alone + 1.0 * (1 - alone)
        heap = (copies[places] > 6).float()
        canvas[places] = lay(
            canvas[places], designs[places], size[places], turn=25 + 155 * heap, spread=spread, tilt=0.2
        )
    return canvas


def lay(
    canvas: Images,
    designs: torch.Tensor,
    size: torch.Tensor,
    *,
    turn: float | torch.Tensor,
    spread: float | torch.Tensor,
    tilt: float = 0.05,
) -> Images:
    """Put one copy of each design onto its canvas, with a soft shadow and a light of its own."""
    count = len(designs)
    matrix = frames(torch.ones(count), area=(1, 1), turn=0, tilt=tilt, stretch=1.15, flip=0)
    angle = torch.deg2rad(torch.empty(count).uniform_(-1, 1) * turn)
    zoom = 1 / (size * torch.empty(count).uniform_(0.85, 1.15))
    shift = torch.empty(count, 2).uniform_(-1, 1) * (torch.as_tensor(spread).reshape(-1, 1))
    move = torch.zeros(count, 3, 3)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    move[:, 0, 0], move[:, 0, 1], move[:, 1, 0], move[:, 1, 1], move[:, 2, 2] = cos, -sin, sin, cos, 1
    move[:, 0, 2] = -(cos * shift[:, 0] - sin * shift[:, 1])
    move[:, 1, 2] = -(sin * shift[:, 0] + cos * shift[:, 1])
    layer = warp(designs.float() / 255, matrix @ move, SIDE, outside="zeros")
    opaque = layer[:, 3:]
    shadow = torch.roll(opaque, (6, 4), dims=(2, 3)) * uniform(count, 0, 0.3)
    light = torch.empty(count, 3, 1, 1).uniform_(0.93, 1.07) * uniform(count, 0.8, 1.1)
    layer = torch.cat([(layer[:, :3] * light).clamp(0, 1), opaque], dim=1)[:, : canvas.shape[1]]
    canvas = torch.cat([canvas[:, :3] * (1 - shadow), canvas[:, 3:]], dim=1)
    return canvas * (1 - opaque) + layer * opaque


def grounds(pixels: torch.Tensor, count: int, area: tuple[float, float] = (0.05, 0.8)) -> Images:
    """Return backgrounds: parts of chosen pictures, of this share of them; some of them plain, some dark or bright."""
    places = torch.randint(len(pixels), (count,))
    frame = frames(torch.ones(count), area=area, turn=180, tilt=0.2, stretch=1.5)
    ground = warp(pixels[places].float() / 255, frame, SIDE)
    plain = (torch.rand(count) < 0.15).nonzero().flatten()
    ground[plain] = torch.rand(len(plain), 3, 1, 1) * torch.ones(1, 3, SIDE, SIDE)
    return ground


def cut_out(pixels: torch.Tensor) -> torch.Tensor:
    """Return shop pictures with their white ground made transparent, uint8 (n, 4, side, side)."""
    from PIL import Image, ImageDraw, ImageFilter

    cut = np.empty((len(pixels), 4, *pixels.shape[2:]), dtype=np.uint8)
    for place, picture in enumerate(pixels.cpu()):
        image = Image.fromarray(picture.permute(1, 2, 0).numpy().copy())
        filled = image.copy()
        width, height = image.size
        for corner in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
            ImageDraw.floodfill(filled, corner, (255, 0, 255), thresh=24)
        ground = (np.asarray(filled) == (255, 0, 255)).all(axis=2)
        mask = Image.fromarray((~ground * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(3))
        image.putalpha(mask)
        cut[place] = np.asarray(image).transpose(2, 0, 1)
    return here(torch.from_numpy(cut))
