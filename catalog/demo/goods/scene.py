"""From a drawn thing to a picture of the shop, and to a photo that a shopper might take."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.demo.goods.layer import SIDE, Colour

SIZE = SIDE // 2


def shop_picture(thing: Image.Image, background: Colour) -> Image.Image:
    """Return the thing as a shop shows it: standing on its shadow before a calm wall."""
    canvas = _wall(background)
    _put(canvas, thing, (0, 0))
    return canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def second_picture(thing: Image.Image, background: Colour) -> Image.Image:
    """Return the same thing from its other side, a little turned, closer and lit from the right."""
    mirrored = thing.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    side = int(SIDE * 1.12)
    closer = mirrored.resize((int(side * 0.95), side), Image.Resampling.BICUBIC).rotate(-4, Image.Resampling.BICUBIC)
    canvas = _wall(background)
    _put(canvas, closer, ((SIDE - closer.width) // 2, (SIDE - side) // 2))
    return canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def phone_photo(thing: Image.Image, chance: random.Random) -> Image.Image:
    """Return the thing as somebody meets it: on a table at home, askew, in yellow light, not quite sharp."""
    canvas = _room(chance)
    side = int(SIDE * chance.uniform(0.78, 0.95))
    turned = thing.resize((int(side * chance.uniform(0.92, 1.0)), side)).rotate(
        chance.uniform(-14, 14), Image.Resampling.BICUBIC, expand=True
    )
    place = (chance.randint(0, SIDE - side), chance.randint(20, 160))
    _put(canvas, turned, (place[0] - (turned.width - side) // 2, place[1]))
    small = _light(canvas, chance).resize((640, 640), Image.Resampling.LANCZOS)
    return small.filter(ImageFilter.GaussianBlur(0.8))


def _put(canvas: Image.Image, thing: Image.Image, place: tuple[int, int]) -> None:
    """Paste the thing with a soft shadow at its side and a dark one at its foot."""
    cover = thing.getchannel("A")
    bounds = cover.getbbox() or (0, 0, 1, 1)
    shadow = Image.new("L", canvas.size)
    shadow.paste(cover.point(lambda value: value * 0.28), (place[0] + 26, place[1] + 20))
    shadow = shadow.resize((240, 240)).filter(ImageFilter.GaussianBlur(6)).resize(canvas.size)
    foot = Image.new("L", canvas.size)
    middle, y = place[0] + (bounds[0] + bounds[2]) / 2, place[1] + bounds[3] - 6
    half = (bounds[2] - bounds[0]) * 0.46
    ImageDraw.Draw(foot).ellipse((middle - half, y - 20, middle + half, y + 24), fill=120)
    foot = foot.resize((240, 240)).filter(ImageFilter.GaussianBlur(3)).resize(canvas.size)
    dark = ImageChops.lighter(shadow, foot)
    canvas.paste(Image.new("RGB", canvas.size, (38, 34, 36)), mask=dark)
    canvas.paste(thing, place, thing)


def _wall(colour: Colour) -> Image.Image:
    return _make_wall(colour).copy()


@cache
def _make_wall(colour: Colour) -> Image.Image:
    """A wall that is lighter where the light falls, without a visible edge to the floor."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    light = 1.05 - 0.22 * np.hypot(x - 0.4, y - 0.35) - 0.05 * (y > 0.72) * (y - 0.72) / 0.28
    pixels = np.asarray(colour, np.float32)[None, None, :] * light[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB")


def _room(chance: random.Random) -> Image.Image:
    """A wall with a few blurred things, and a table of boards."""
    wall = chance.choice([(168, 150, 132), (120, 136, 142), (176, 166, 158), (134, 122, 110)])
    canvas = Image.new("RGB", (SIDE, SIDE), wall)
    draw = ImageDraw.Draw(canvas)
    for _ in range(7):
        x, width = chance.randint(-100, SIDE), chance.randint(60, 260)
        grey = chance.randint(70, 190)
        colour = tuple(grey + chance.randint(-36, 36) for _ in range(3))
        draw.rectangle((x, chance.randint(-50, 350), x + width, 560), fill=colour)
    canvas = canvas.filter(ImageFilter.GaussianBlur(26))
    _boards(canvas, chance)
    return canvas


def _boards(canvas: Image.Image, chance: random.Random) -> None:
    draw = ImageDraw.Draw(canvas)
    red, green, blue = chance.choice([(150, 108, 72), (112, 84, 62), (186, 156, 120)])
    y = 540
    while y < SIDE:
        height = 40 + (y - 540) // 5
        shade = chance.uniform(0.85, 1.1)
        draw.rectangle((0, y, SIDE, y + height), fill=(int(red * shade), int(green * shade), int(blue * shade)))
        draw.line((0, y, SIDE, y), fill=(int(red * 0.6), int(green * 0.6), int(blue * 0.6)), width=3)
        y += height


def _light(canvas: Image.Image, chance: random.Random) -> Image.Image:
    """Lamp light from one side, and the grain of a small sensor."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    light = chance.uniform(0.8, 1.05) - chance.uniform(-0.35, 0.35) * (x - 0.5) - 0.2 * np.hypot(x - 0.5, y - 0.5)
    warmth = np.asarray([1.05, 1.0, chance.uniform(0.78, 0.98)], np.float32)
    grain = np.random.default_rng(chance.randint(0, 9999)).normal(0, 7, (SIDE, SIDE, 1)).astype(np.float32)
    pixels = np.asarray(canvas, np.float32) * light[..., None] * warmth + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB")
