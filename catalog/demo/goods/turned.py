"""Things that are round about their middle: mugs, vases, lamps, pots, bottles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from catalog.demo.goods.layer import Colour, Layer, Paint

MIDDLE = 480.0
CREAM: Colour = (236, 224, 204)
BRASS: Colour = (196, 156, 84)
OAK: Colour = (190, 148, 102)


def darker(colour: Colour, share: float = 0.6) -> Colour:
    """Return a colour with less light on it."""
    red, green, blue = colour
    return int(red * share), int(green * share), int(blue * share)


def turn(layer: Layer, top: float, bottom: float, radii: list[float], paint: Paint, *, rim: bool = True) -> None:
    """Turn a profile, its radii from top to bottom, about the middle; an open top shows its inside."""
    places = np.linspace(0, 1, 80)
    profile = np.interp(places, np.linspace(0, 1, len(radii)), radii)
    kernel = np.ones(9) / 9
    profile = np.convolve(np.pad(profile, 4, mode="edge"), kernel, "valid")
    heights = top + places * (bottom - top)
    base = [
        (MIDDLE + radii[-1] * np.cos(angle), bottom + radii[-1] * 0.16 * np.sin(angle))
        for angle in np.linspace(0, np.pi, 40)
    ]
    right = [(MIDDLE + r, y) for r, y in zip(profile, heights, strict=True)]
    left = [(MIDDLE - r, y) for r, y in zip(profile, heights, strict=True)]
    layer.polygon([*right, *base, *reversed(left)], paint)
    if rim:
        layer.ellipse(MIDDLE, top, radii[0], radii[0] * 0.16, Paint(colour=paint.colour))
        layer.ellipse(MIDDLE, top + 2, radii[0] - 10, radii[0] * 0.16 - 5, Paint(colour=darker(paint.colour, 0.55)))


def mug(layer: Layer, paint: Paint) -> None:
    """A mug with its handle."""
    layer.arc(690, 510, 105, 125, 38, Paint(colour=darker(paint.colour, 0.85)))
    turn(layer, 320, 700, [190, 192, 190, 184, 170], paint)


def cup(layer: Layer, paint: Paint) -> None:
    """A low cup on its saucer."""
    layer.ellipse(480, 700, 320, 62, Paint(colour=darker(paint.colour, 0.8)))
    layer.ellipse(480, 690, 312, 56, Paint(colour=paint.colour))
    layer.arc(735, 520, 80, 76, 30, Paint(colour=darker(paint.colour, 0.85)))
    turn(layer, 430, 680, [240, 236, 220, 180, 100], paint)


def round_vase(layer: Layer, paint: Paint) -> None:
    """A vase with a belly."""
    turn(layer, 220, 800, [90, 72, 92, 190, 240, 235, 190, 120], paint)


def slim_vase(layer: Layer, paint: Paint) -> None:
    """A slim vase that widens towards its mouth."""
    turn(layer, 140, 820, [120, 88, 74, 88, 122, 134, 118, 84], paint)


def table_lamp(layer: Layer, paint: Paint) -> None:
    """A lamp with a stem."""
    layer.ellipse(480, 815, 130, 26, Paint(colour=darker(BRASS, 0.8)))
    turn(layer, 440, 808, [14, 14, 14, 16, 30, 120], Paint(colour=BRASS, gloss=0.4), rim=False)
    turn(layer, 170, 480, [130, 165, 200, 235, 268], paint, rim=False)
    layer.ellipse(480, 170, 130, 18, Paint(colour=(255, 244, 214)))


def globe_lamp(layer: Layer, paint: Paint) -> None:
    """A lamp with a round body of clay and a low shade."""
    turn(layer, 520, 815, [40, 120, 170, 178, 160, 110], paint, rim=False)
    turn(layer, 470, 540, [16, 16], Paint(colour=BRASS, gloss=0.4), rim=False)
    turn(layer, 200, 480, [170, 200, 230, 256, 280], Paint(colour=CREAM, gloss=0.05), rim=False)
    layer.ellipse(480, 200, 170, 24, Paint(colour=(255, 248, 226)))


def _leaf(layer: Layer, x: float, y: float, reach: float, colour: Colour) -> None:
    """A leaf from the pot's middle to a point."""
    sway = (x - MIDDLE) * 0.25
    back = [(MIDDLE, 470.0), (MIDDLE + sway - reach, (470 + y) / 2), (x, y)]
    forth = [(MIDDLE + (x - MIDDLE) * 0.6 + reach * 0.8, (470 + y) / 2 + 30)]
    layer.polygon([*_bend(back), *_bend([(x, y), *forth, (MIDDLE, 470.0)])], Paint(colour=colour, gloss=0.04))


def _bend(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    (x0, y0), (x1, y1), (x2, y2) = points
    steps = np.linspace(0, 1, 16)
    return [
        (
            (1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t * t * x2,
            (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t * t * y2,
        )
        for t in steps
    ]


def leafy_pot(layer: Layer, paint: Paint) -> None:
    """A pot with a plant of broad leaves."""
    for x, y, reach, green in (
        (250.0, 250.0, 80.0, (58, 112, 72)),
        (710.0, 240.0, 80.0, (52, 104, 66)),
        (350.0, 140.0, 70.0, (74, 132, 84)),
        (610.0, 130.0, 70.0, (66, 124, 78)),
        (480.0, 110.0, 80.0, (88, 148, 96)),
        (200.0, 380.0, 60.0, (70, 128, 80)),
        (760.0, 370.0, 60.0, (62, 118, 74)),
    ):
        _leaf(layer, x, y, reach, green)
    turn(layer, 480, 810, [195, 190, 178, 160, 138], paint)
    layer.box((275, 466, 685, 530), Paint(colour=darker(paint.colour, 0.9)), radius=18, shade="round")


def cactus_pot(layer: Layer, paint: Paint) -> None:
    """A bowl with a cactus."""
    green = Paint(colour=(86, 140, 98), second=(58, 104, 74), pattern=_ribs, gloss=0.03)
    layer.line([(610, 420), (690, 400), (690, 300)], 66, green, shade="flat")
    layer.line([(370, 460), (290, 440), (290, 360)], 62, green, shade="flat")
    layer.box((390, 170, 570, 620), green, radius=88, shade="round")
    turn(layer, 570, 800, [240, 236, 222, 190, 140], paint)
    layer.ellipse(480, 572, 222, 32, Paint(colour=(92, 70, 54)))
    layer.box((402, 440, 558, 590), green, radius=10, shade="round")


def _ribs(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 + 0.5 * np.sin(np.arcsin(u) * 12), np.float32)


def tall_bottle(layer: Layer, paint: Paint) -> None:
    """A tall bottle with a cork and a paper label."""
    turn(layer, 150, 230, [40, 40, 38], Paint(colour=OAK, gloss=0.05))
    turn(layer, 215, 830, [52, 46, 46, 50, 96, 136, 140, 140, 140, 138], _glass(paint), rim=False)
    layer.box((340, 540, 620, 710), Paint(colour=CREAM, second=paint.second, pattern=paint.pattern), shade="round")


def flask(layer: Layer, paint: Paint) -> None:
    """A drinking flask of steel with a screw top."""
    turn(layer, 170, 290, [92, 96, 96], Paint(colour=(176, 180, 184), gloss=0.5))
    turn(layer, 280, 830, [104, 132, 140, 140, 140, 140, 136], paint, rim=False)


def _glass(paint: Paint) -> Paint:
    return Paint(colour=paint.colour, gloss=0.5)


TURNED: dict[str, Callable[[Layer, Paint], None]] = {
    "mug": mug,
    "cup": cup,
    "round vase": round_vase,
    "slim vase": slim_vase,
    "table lamp": table_lamp,
    "globe lamp": globe_lamp,
    "leafy pot": leafy_pot,
    "cactus pot": cactus_pot,
    "bottle": tall_bottle,
    "flask": flask,
}
