"""Photos of furnished rooms, composed of pictures of products: every product's place in them is known."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from visualsearch.images import Box

WIDTH, HEIGHT = 960, 720
FEWEST, MOST = 4, 6
AREA_LEAST, AREA_MOST = 0.05, 0.12
"""Part of the photo that one product covers, with what stands around it in its own picture."""

Pixels = NDArray[np.float64]

_TRIES = 200
_WHITE = (255, 255, 255)
_WHITE_FROM = 245


@dataclass(frozen=True, slots=True)
class Placed:
    """A product in a room."""

    product: int
    box: Box


@dataclass(frozen=True, slots=True)
class Room:
    """A photo of a room, and what stands in it."""

    photo: Image.Image
    placed: tuple[Placed, ...]


def furnish(random: np.random.Generator, products: list[Image.Image], grounds: list[Image.Image]) -> Room:
    """Return a room with 4 to 6 of the products, none before another, in the light and the quality of a phone.

    `grounds` are photos whose corners show floors, walls and cloths.
    """
    canvas = _empty_room(random, grounds)
    placed: list[Placed] = []
    for product in random.choice(len(products), random.integers(FEWEST, MOST + 1), replace=False):
        cover = cut_out(products[product]).rotate(random.uniform(-8, 8), Image.Resampling.BICUBIC, expand=True)
        cover = _scaled(cover.crop(cover.getchannel("A").getbbox()), random.uniform(AREA_LEAST, AREA_MOST))
        if place := _free_place(random, cover.size, [_pixels(one.box) for one in placed]):
            _put(canvas, cover, place, random)
            x, y = place
            box = Box(x / WIDTH, y / HEIGHT, cover.width / WIDTH, cover.height / HEIGHT)
            placed.append(Placed(int(product), box))
    return Room(_taken(canvas, random), tuple(placed))


def cut_out(picture: Image.Image) -> Image.Image:
    """Return the thing of a shop picture without its white ground; where the ground is not white, the whole picture."""
    if np.median(np.asarray(picture)[0]) < _WHITE_FROM:
        return picture.convert("RGBA")
    room = 6
    framed = Image.new("RGB", (picture.width + 2 * room, picture.height + 2 * room), _WHITE)
    framed.paste(picture, (room, room))
    marked = framed.copy()
    ImageDraw.floodfill(marked, (0, 0), (255, 0, 255), thresh=20)
    ground = (np.asarray(marked) == (255, 0, 255)).all(axis=2)
    cover = Image.fromarray(np.where(ground, 0, 255).astype(np.uint8)).filter(ImageFilter.MinFilter(3))
    framed.putalpha(cover.filter(ImageFilter.GaussianBlur(0.7)))
    return framed


def _empty_room(random: np.random.Generator, grounds: list[Image.Image]) -> Image.Image:
    """Return a wall over a floor, and furniture before them, each with a surface of its own."""
    canvas = _surface(random, WIDTH, HEIGHT, grounds)
    floor = int(HEIGHT * random.uniform(0.6, 0.8))
    canvas.paste(_surface(random, WIDTH, HEIGHT - floor, grounds), (0, floor))
    for _ in range(random.integers(2, 5)):
        width, height = int(random.uniform(0.1, 0.45) * WIDTH), int(random.uniform(0.1, 0.4) * HEIGHT)
        place = int(random.integers(0, WIDTH - width)), int(random.integers(0, HEIGHT - height))
        canvas.paste(_surface(random, width, height, grounds), place)
    return canvas


def _surface(random: np.random.Generator, width: int, height: int, grounds: list[Image.Image]) -> Image.Image:
    """Return a surface that is lit from one side: drawn, or tiled with what lies in the corner of a photo."""
    drawn = random.random() < 0.4 or not grounds
    pixels = _drawn(random, width, height) if drawn else _tiled(random, width, height, grounds)
    y, x = np.mgrid[0:height, 0:width]
    light = (x / WIDTH - 0.5) * random.uniform(-0.3, 0.3) + (y / HEIGHT - 0.5) * random.uniform(-0.3, 0.3)
    grain = random.normal(0, 0.015, (height, width))
    return Image.fromarray(((pixels * (1 + light + grain)[:, :, None]).clip(0, 1) * 255).astype(np.uint8))


def _drawn(random: np.random.Generator, width: int, height: int) -> Pixels:
    """Return a plain, striped, tiled or cloudy surface, 0 to 1."""
    y, x = np.mgrid[0:height, 0:width]
    turn, step = random.uniform(0, np.pi), random.uniform(20, 120)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    stripes, rows = (np.sin(place * 2 * np.pi / step) for place in (along, across))
    patterns = (np.zeros_like(stripes), stripes, np.sign(stripes * rows), _clouds(random, width, height))
    pattern = patterns[random.integers(len(patterns))] * random.uniform(0.03, 0.2)
    colour = random.uniform(0.25, 0.9) + random.uniform(-0.15, 0.15, 3)
    return np.asarray(colour * (1 + pattern)[:, :, None])


def _tiled(random: np.random.Generator, width: int, height: int, grounds: list[Image.Image]) -> Pixels:
    """Return the upper left corner of a photo, mirrored again and again."""
    photo = grounds[random.integers(len(grounds))]
    corner = photo.crop((0, 0, int(photo.width * 0.3), int(photo.height * 0.3)))
    scale = random.uniform(1.5, 4)
    corner = corner.resize((int(corner.width * scale), int(corner.height * scale)), Image.Resampling.BICUBIC)
    tile = np.asarray(corner) / 255
    tile = np.concatenate([tile, tile[:, ::-1]], axis=1)
    tile = np.concatenate([tile, tile[::-1]], axis=0)
    times = -(-height // tile.shape[0]), -(-width // tile.shape[1]), 1
    return np.asarray(np.tile(tile, times)[:height, :width])


def _clouds(random: np.random.Generator, width: int, height: int) -> Pixels:
    """Return a cloudy pattern, -1 to 1."""
    coarse = Image.fromarray(random.integers(0, 256, (8, 8), dtype=np.uint8))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=float) / 127.5 - 1


def _scaled(cover: Image.Image, area: float) -> Image.Image:
    scale = np.sqrt(area * WIDTH * HEIGHT / (cover.width * cover.height))
    width = min(int(cover.width * scale), WIDTH // 2)
    height = min(int(cover.height * scale), int(HEIGHT * 0.8))
    return cover.resize((width, height), Image.Resampling.BICUBIC)


def _free_place(
    random: np.random.Generator, size: tuple[int, int], taken: list[tuple[float, float, float, float]]
) -> tuple[int, int] | None:
    width, height = size
    for _ in range(_TRIES):
        x, y = int(random.integers(0, WIDTH - width)), int(random.integers(0, HEIGHT - height))
        if all(x + width < a or a + w < x or y + height < b or b + h < y for a, b, w, h in taken):
            return x, y
    return None


def _pixels(box: Box) -> tuple[float, float, float, float]:
    return box.x * WIDTH, box.y * HEIGHT, box.width * WIDTH, box.height * HEIGHT


def _put(canvas: Image.Image, cover: Image.Image, place: tuple[int, int], random: np.random.Generator) -> None:
    shadow = Image.new("L", canvas.size)
    shadow.paste(cover.getchannel("A").point(lambda value: value * 0.35), (place[0] + 6, place[1] + 8))
    canvas.paste((30, 28, 30), mask=shadow.filter(ImageFilter.GaussianBlur(6)))
    canvas.paste(ImageEnhance.Brightness(cover.convert("RGB")).enhance(random.uniform(0.7, 1.1)), place, cover)


def _taken(canvas: Image.Image, random: np.random.Generator) -> Image.Image:
    """Return the photo that a phone takes of it: white balance, a little blur, JPEG."""
    gains = random.uniform(0.9, 1.1, 3)
    balanced = Image.fromarray((np.asarray(canvas) * gains).clip(0, 255).astype(np.uint8))
    blurred = balanced.filter(ImageFilter.GaussianBlur(random.uniform(0, 1)))
    blurred.save(file := BytesIO(), "JPEG", quality=int(random.integers(60, 90)))
    return Image.open(file).convert("RGB")
