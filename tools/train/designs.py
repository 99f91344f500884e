"""Draws things that no shop sells, each with its own shape, colours and print: cartons, fruit, vessels, furniture.

They are the many classes that real data lacks: from a few dozen real goods a network learns these goods, from thousands
of things that it never meets again it learns what makes two views show one thing.
"""

from __future__ import annotations

import colorsys
import random
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from tqdm import tqdm

from tools.train.device import here

SIDE = 192
_LETTERS = "ABCDEFGHIKLMNOPRSTUVWYabcdefghiklmnoprstuvwy0123456789%"

Colour = tuple[int, int, int]
Draw = Callable[[random.Random, Image.Image], Image.Image]


def draw_designs(count: int, textures: torch.Tensor, seed: int) -> torch.Tensor:
    """Return designs on transparent ground, uint8, shape (count, 4, SIDE, SIDE).

    `textures` are pictures, uint8 (n, 3, side, side), whose parts are printed on some of the designs.
    """
    random_ = random.Random(seed)
    designs = np.empty((count, 4, SIDE, SIDE), dtype=np.uint8)
    for place in tqdm(range(count), desc="draw", unit="design", disable=None):
        picture = textures[random_.randrange(len(textures))].permute(1, 2, 0).cpu().numpy()
        draw = random_.choices([_carton, _fruit, _vessel, _furniture], [5, 5, 3, 2])[0]
        image = draw(random_, Image.fromarray(picture))
        designs[place] = np.asarray(image).transpose(2, 0, 1)
    return here(torch.from_numpy(designs))


def _colour(random_: random.Random, *, vivid: bool = True) -> Colour:
    saturation = random_.uniform(0.45, 1) if vivid else random_.uniform(0, 0.35)
    rgb = colorsys.hsv_to_rgb(random_.random(), saturation, random_.uniform(0.25, 1))
    return int(rgb[0] * 255), int(rgb[1] * 255), int(rgb[2] * 255)


def _paper(random_: random.Random) -> Colour:
    return (250, 250, 248) if random_.random() < 0.4 else _colour(random_, vivid=random_.random() < 0.7)


def _part(random_: random.Random, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    side = random_.randint(40, picture.width)
    left, top = (random_.randint(0, picture.width - side) for _ in range(2))
    return picture.crop((left, top, left + side, top + side)).resize(size)


def _word(random_: random.Random) -> str:
    return "".join(random_.choices(_LETTERS, k=random_.randint(2, 9)))


def _print(random_: random.Random, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a label: blocks, stripes, discs, words and a photograph, as packages have them."""
    label = Image.new("RGB", size, _paper(random_))
    pen = ImageDraw.Draw(label)
    width, height = size
    for _ in range(random_.randint(1, 4)):
        top = random_.randint(0, height)
        box = (0, top, width, top + random_.randint(4, height // 2))
        kind = random_.random()
        if kind < 0.5:
            pen.rectangle(box, fill=_colour(random_))
        elif kind < 0.8:
            across, down, radius = (
                random_.randint(0, width),
                random_.randint(0, height),
                random_.randint(5, max(width // 2, 6)),
            )
            pen.ellipse((across - radius, down - radius, across + radius, down + radius), fill=_colour(random_))
        else:
            pen.polygon(
                [(random_.randint(0, width), random_.randint(0, height)) for _ in range(3)], fill=_colour(random_)
            )
    if random_.random() < 0.5:
        part = (random_.randint(width // 3, width), random_.randint(height // 4, height // 2))
        label.paste(
            _part(random_, picture, part), (random_.randint(0, width - part[0]), random_.randint(0, height // 2))
        )
    for _ in range(random_.randint(1, 5)):
        font = ImageFont.load_default(random_.choice([9, 12, 16, 22, 30, 40]))
        place = (random_.randint(-4, width // 2), random_.randint(0, height - 8))
        pen.text(place, _word(random_), font=font, fill=_colour(random_) if random_.random() < 0.6 else (20, 20, 30))
    return label


def _on_ground(image: Image.Image, mask: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", (SIDE, SIDE))
    scale = min(SIDE * 0.96 / image.width, SIDE * 0.96 / image.height)
    size = (max(int(image.width * scale), 8), max(int(image.height * scale), 8))
    ground.paste(image.resize(size), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2), mask.resize(size))
    return ground


def _carton(random_: random.Random, picture: Image.Image) -> Image.Image:
    """A box with a printed front and a darker side, some with a roof or a cap."""
    height = 150
    width = int(height * random_.uniform(0.3, 1.3))
    side = int(width * random_.uniform(0.1, 0.7))
    slant = random_.uniform(0.05, 0.3) * (1 if random_.random() < 0.5 else 0.3)
    front = _print(random_, picture, (width, height))
    flank = (
        _print(random_, picture, (max(side, 6), height))
        if random_.random() < 0.5
        else front.resize((max(side, 6), height))
    )
    flank = Image.blend(flank, Image.new("RGB", flank.size, "black"), random_.uniform(0.1, 0.4))
    wide = width + flank.width
    flank = flank.transform(flank.size, Image.Transform.AFFINE, (1, 0, 0, slant, 1, 0))
    body = Image.new("RGB", (wide, height))
    mask = Image.new("L", (wide, height))
    body.paste(front, (0, 0))
    body.paste(flank, (width, 0))
    pen = ImageDraw.Draw(mask)
    drop = int(slant * flank.width)
    pen.polygon([(0, 0), (width, 0), (wide, 0), (wide, height - drop), (width, height), (0, height)], fill=255)
    if random_.random() < 0.4:
        body, mask = _with_roof(random_, body, mask)
    return _on_ground(body, mask)


def _with_roof(random_: random.Random, body: Image.Image, mask: Image.Image) -> tuple[Image.Image, Image.Image]:
    roof = int(body.width * random_.uniform(0.15, 0.4))
    taller = Image.new("RGB", (body.width, body.height + roof), _paper(random_))
    cover = Image.new("L", taller.size)
    inset = int(body.width * random_.uniform(0.05, 0.3))
    ImageDraw.Draw(cover).polygon([(0, roof), (inset, 0), (body.width - inset // 2, 0), (body.width, roof)], fill=255)
    taller.paste(body, (0, roof))
    cover.paste(mask, (0, roof), mask)
    if random_.random() < 0.6:
        across, radius = random_.randint(inset, body.width - inset), max(roof // 3, 3)
        pen = ImageDraw.Draw(taller)
        pen.ellipse((across - radius, roof // 2 - radius, across + radius, roof // 2 + radius), fill=_colour(random_))
    return taller, cover


def _noise(random_: random.Random, cells: int, size: int) -> np.ndarray:
    values = np.random.default_rng(random_.randrange(1 << 30)).random((cells, cells)).astype(np.float32)
    return np.asarray(Image.fromarray(values).resize((size, size), Image.Resampling.BICUBIC))


def _skin(random_: random.Random, size: int) -> np.ndarray:
    """Return colours of a surface: two tones that run into each other, speckles, stripes."""
    first, second = (np.array(_colour(random_, vivid=random_.random() < 0.8), np.float32) for _ in range(2))
    if random_.random() < 0.6:
        second = first * random_.uniform(0.5, 0.9) + second * random_.uniform(0.05, 0.25)
    mix = _noise(random_, random_.choice([2, 3, 5]), size)
    if random_.random() < 0.35:
        waves = np.sin(np.linspace(0, random_.uniform(8, 60), size) + 3 * _noise(random_, 4, size)[0])
        mix = 0.5 * mix + 0.5 * (waves[None, :] > 0)
    fine = _noise(random_, random_.choice([20, 40, 80]), size) * random_.uniform(0, 0.5)
    mix = np.clip(mix + fine - 0.2, 0, 1)[..., None]
    return first * mix + second * (1 - mix)


def _lit(random_: random.Random, colours: np.ndarray, normal: np.ndarray) -> Image.Image:
    """Light a surface, normals (size, size, 3), from one side, with a gloss."""
    light = np.array([random_.uniform(-0.6, 0.6), -random_.uniform(0.2, 0.8), random_.uniform(0.5, 1)])
    facing = np.clip(normal @ (light / np.linalg.norm(light)), 0, 1)[..., None]
    gloss = facing ** random_.uniform(15, 60) * random_.uniform(0, 0.7) * 255
    lit = colours * (random_.uniform(0.3, 0.6) + 0.7 * facing) + gloss
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8))


def _fruit(random_: random.Random, picture: Image.Image) -> Image.Image:
    """A round or long body with a skin, some with a stalk or cut open."""
    size = 160
    rows, columns = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    squeeze = random_.uniform(0.3, 1)
    bend = random_.uniform(-0.35, 0.35) * (random_.random() < 0.4)
    across = columns + bend * rows**2
    angle = np.arctan2(rows, across)
    bumps = sum(random_.uniform(-0.06, 0.06) * np.cos(k * angle + random_.uniform(0, 6)) for k in range(1, 6))
    narrow = 1 - random_.uniform(0, 0.5) * (rows < 0) * np.abs(rows)
    radius = np.sqrt((across / (squeeze * narrow)) ** 2 + rows**2) / (0.92 + bumps)
    depth = np.sqrt(np.clip(1 - radius**2, 0, 1))
    normal = np.stack([across / squeeze, rows, depth + 0.05], axis=-1)
    normal += (_noise(random_, 60, size)[..., None] - 0.5) * random_.uniform(0, 0.6)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    colours = _skin(random_, size)
    if random_.random() < 0.2:  # cut open: flesh inside the skin
        flesh = _skin(random_, size)
        colours = np.where((radius < random_.uniform(0.6, 0.85))[..., None], flesh, colours)
    image = _lit(random_, colours, normal)
    mask = Image.fromarray(((radius < 1) * 255).astype(np.uint8))
    if random_.random() < 0.5:
        pen, cover = ImageDraw.Draw(image), ImageDraw.Draw(mask)
        stalk = (size // 2, 2, size // 2 + random_.randint(-25, 25), random_.randint(14, 40))
        for target, fill in ((pen, _colour(random_)), (cover, 255)):
            target.line(stalk, fill=fill, width=random_.randint(4, 8))
    return _on_ground(image, mask).rotate(random_.uniform(-90, 90), Image.Resampling.BILINEAR)


def _vessel(random_: random.Random, picture: Image.Image) -> Image.Image:
    """A turned body: bottle, vase, mug, lamp; glazed, striped or with a label."""
    size = 160
    knots = [random_.uniform(0.12, 0.95) for _ in range(random_.randint(3, 6))]
    profile = np.interp(np.linspace(0, 1, size), np.linspace(0, 1, len(knots)), knots)
    profile = np.convolve(np.pad(profile, 12, mode="edge"), np.ones(25) / 25, "valid") * random_.uniform(0.5, 1)
    columns = np.linspace(-1, 1, size)[None, :] / profile[:, None]
    inside = np.abs(columns) < 1
    depth = np.sqrt(np.clip(1 - columns**2, 0, 1))
    normal = np.stack([columns, np.full_like(columns, -0.2), depth + 0.05], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    colours = _skin(random_, size)
    if random_.random() < 0.5:
        top, high = random_.randint(20, 90), random_.randint(25, 65)
        label = np.asarray(_print(random_, picture, (size, high)), np.float32)
        # The label follows the round: equal angles, not equal widths.
        around = ((np.arcsin(columns.clip(-1, 1)) / np.pi + 0.5) * (size - 1)).astype(int)
        rows = np.arange(top, min(top + high, size))
        colours[rows] = label[(rows - top)[:, None], around[rows]]
    image = _lit(random_, colours, normal)
    mask = Image.fromarray((inside * 255).astype(np.uint8))
    if random_.random() < 0.25:
        wide = Image.new("RGB", (size + 60, size)), Image.new("L", (size + 60, size))
        ImageDraw.Draw(wide[1]).ellipse((size - 40, 40, size + 40, 120), outline=255, width=12)
        wide[0].paste(_colour(random_), (0, 0, size + 60, size))
        wide[0].paste(image, (0, 0), mask)
        wide[1].paste(mask, (0, 0), mask)
        image, mask = wide
    return _on_ground(image, mask)


def _furniture(random_: random.Random, picture: Image.Image) -> Image.Image:
    """Boards, legs and a soft part: something between a chair, a shelf, a table and a lamp."""
    size = 160
    image = Image.new("RGB", (size, size))
    mask = Image.new("L", (size, size))
    wood = Image.fromarray(_skin(random_, size).clip(0, 255).astype(np.uint8))
    cloth = (
        _part(random_, picture, (size, size))
        if random_.random() < 0.5
        else Image.fromarray(_skin(random_, size).clip(0, 255).astype(np.uint8))
    )
    pieces = [Image.new("L", (size, size)) for _ in range(2)]
    pens = [ImageDraw.Draw(piece) for piece in pieces]
    top, left, right = random_.randint(20, 100), random_.randint(5, 50), random_.randint(105, 155)
    thick = random_.randint(3, 14)
    for share in sorted(random_.sample([0, 0.15, 0.35, 0.5, 0.65, 0.85, 1], random_.randint(2, 4))):
        foot = left + share * (right - left)
        pens[0].line((foot, top, foot + random_.randint(-12, 12), 158), fill=255, width=thick)
    for _ in range(random_.randint(1, 4)):
        height = random_.randint(10, 150)
        pens[0].rectangle((left, height, right, height + thick), fill=255)
    kind = random_.random()
    box = (left - random_.randint(0, 5), top - random_.randint(5, 60), right, top + random_.randint(2, 30))
    if kind < 0.5:
        pens[1].rounded_rectangle(box, radius=random_.randint(2, 24), fill=255)
    elif kind < 0.8:
        pens[1].ellipse(box, fill=255)
    for piece, surface in zip(pieces, (wood, cloth), strict=True):
        shadow = Image.fromarray((_noise(random_, 3, size) * 90).clip(0, 120).astype(np.uint8))
        image.paste(ImageChops.subtract(surface, Image.merge("RGB", [shadow] * 3)), (0, 0), piece)
        mask = ImageChops.lighter(mask, piece)
    return _on_ground(image.filter(ImageFilter.SMOOTH), mask)
