"""Where the product is met: in another scene, or as a picture that lies on a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from visualsearch.search.disturbances.ground import cut_out

_SIDE = (160, 640)
"""Fewest and most pixels of a scene's longer side."""
_SHARE = (0.6, 0.85)
"""Share of the scene's side that the product takes."""
_LEAN = 5.0
_SHADOW = 0.45
_TABLES = ((150, 108, 72), (112, 84, 62), (186, 156, 120), (96, 98, 102), (205, 196, 184), (74, 88, 84))
_WALLS = ((168, 150, 132), (120, 136, 142), (196, 190, 182), (134, 122, 110), (88, 104, 128))


def elsewhere(image: Image.Image, chance: np.random.Generator, scenes: Sequence[Image.Image]) -> Image.Image:
    """Put the product without its plain ground into a scene, or the whole picture on a table where it has none.

    The scene is one of `scenes`, or drawn where there are none; a table is always drawn.
    """
    size = _size_like(image)
    product = cut_out(image)
    if product is None:
        return _laid_on(_table(size, chance), image.convert("RGBA"), chance, lean=_LEAN)
    scene = _one_of(scenes, size, chance) if scenes else _room(size, chance)
    return _laid_on(scene, product, chance, lean=0.0)


def _size_like(image: Image.Image) -> tuple[int, int]:
    """Return a size of the image's proportions, no longer than twice its width, within bounds."""
    width, height = (max(side, max(image.size) / 2) for side in image.size)
    longest = min(max(*image.size, _SIDE[0]), _SIDE[1])
    scale = longest / max(width, height)
    return round(width * scale), round(height * scale)


def _one_of(scenes: Sequence[Image.Image], size: tuple[int, int], chance: np.random.Generator) -> Image.Image:
    scene = scenes[int(chance.integers(len(scenes)))]
    return ImageOps.fit(scene.convert("RGB"), size, centering=(chance.random(), chance.random()))


def _laid_on(scene: Image.Image, thing: Image.Image, chance: np.random.Generator, *, lean: float) -> Image.Image:
    """Paste the thing with its shadow, anywhere that it fits."""
    if lean:
        thing = thing.rotate(chance.uniform(-lean, lean), Image.Resampling.BICUBIC, expand=True)
    share = chance.uniform(*_SHARE)
    scale = share * min(scene.width / thing.width, scene.height / thing.height)
    thing = thing.resize((max(1, round(thing.width * scale)), max(1, round(thing.height * scale))))
    room = (scene.width - thing.width, scene.height - thing.height)
    place = int(chance.integers(room[0] + 1)), int(chance.integers(room[1] // 2, room[1] + 1))
    _cast_shadow(scene, thing.getchannel("A"), place)
    scene.paste(thing, place, thing)
    return scene


def _cast_shadow(scene: Image.Image, cover: Image.Image, place: tuple[int, int]) -> None:
    step = max(2, min(scene.size) // 40)
    shadow = Image.new("L", scene.size)
    shadow.paste(cover.point([round(value * _SHADOW) for value in range(256)]), (place[0] + step, place[1] + step))
    scene.paste(Image.new("RGB", scene.size, (24, 22, 24)), mask=shadow.filter(ImageFilter.GaussianBlur(step)))


def _room(size: tuple[int, int], chance: np.random.Generator) -> Image.Image:
    """Draw a wall with some blurred things before it, above a table."""
    wall = _textured(size, _colour(_WALLS, chance), chance, roughness=10)
    for _ in range(6):
        left, width = int(chance.integers(-20, size[0])), int(chance.integers(size[0] // 12 + 1, size[0] // 3 + 2))
        top = int(chance.integers(0, size[1] // 2 + 1))
        wall.paste(tuple(chance.integers(50, 210, 3).tolist()), (left, top, left + width, size[1]))
    wall = wall.filter(ImageFilter.GaussianBlur(max(size) / 50))
    edge = int(size[1] * chance.uniform(0.5, 0.7))
    wall.paste(_table((size[0], size[1] - edge), chance), (0, edge))
    return wall


def _table(size: tuple[int, int], chance: np.random.Generator) -> Image.Image:
    """Draw a surface with a grain that runs across, lit from one side."""
    return _textured(size, _colour(_TABLES, chance), chance, roughness=22, grain=6)


def _textured(
    size: tuple[int, int],
    colour: tuple[int, int, int],
    chance: np.random.Generator,
    *,
    roughness: float,
    grain: int = 1,
) -> Image.Image:
    """Draw noise of three coarsenesses around a colour; `grain` times as long across as down."""
    noise = sum((_noise(size, cells, grain, chance) * share for cells, share in ((6, 0.5), (24, 0.3), (96, 0.2))), 0.0)
    light = 1 + chance.uniform(-0.25, 0.25) * np.linspace(-1, 1, size[0], dtype=np.float32)
    pixels = (np.array(colour, np.float32) + roughness * np.asarray(noise)[..., None]) * light[None, :, None]
    return Image.fromarray(np.rint(pixels.clip(0, 255)).astype(np.uint8))


def _noise(size: tuple[int, int], cells: int, grain: int, chance: np.random.Generator) -> NDArray[np.float32]:
    """Return smooth noise of about unit spread, shape (height, width)."""
    grid = chance.normal(0, 1, (cells, max(2, cells // grain))).astype(np.float32)
    return np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC))


def _colour(colours: Sequence[tuple[int, int, int]], chance: np.random.Generator) -> tuple[int, int, int]:
    return colours[int(chance.integers(len(colours)))]
