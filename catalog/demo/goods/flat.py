"""Things with edges and faces: chairs, tables, cushions, rugs, clocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from catalog.demo.goods.layer import Colour, Layer, Paint
from catalog.demo.goods.patterns import wood
from catalog.demo.goods.turned import OAK, darker

_WOOD = Paint(colour=OAK, second=(150, 110, 70), pattern=wood)
_DARK_WOOD = Paint(colour=darker(OAK, 0.72), second=(104, 76, 48), pattern=wood)
_INK: Colour = (44, 44, 48)


def chair(layer: Layer, paint: Paint) -> None:
    """A chair with a soft seat and back."""
    layer.line([(350, 560), (330, 800)], 26, _DARK_WOOD)
    layer.line([(640, 560), (664, 790)], 26, _DARK_WOOD)
    layer.line([(330, 180), (345, 600)], 28, _WOOD)
    layer.line([(640, 180), (628, 600)], 28, _WOOD)
    layer.box((322, 170, 648, 400), paint, radius=46, shade="pillow")
    layer.line([(292, 600), (262, 850)], 30, _WOOD)
    layer.line([(692, 600), (722, 850)], 30, _WOOD)
    layer.polygon([(330, 520), (650, 520), (722, 608), (262, 608)], paint, shade="flat")
    layer.box((258, 596, 726, 642), Paint(colour=darker(paint.colour, 0.78)), radius=20)


def armchair(layer: Layer, paint: Paint) -> None:
    """An armchair on short legs."""
    for x in (290, 670):
        layer.line([(x, 760), (x + (x - 480) * 0.08, 850)], 30, _DARK_WOOD)
    layer.box((250, 210, 710, 700), paint, radius=110, shade="pillow")
    layer.box((300, 520, 660, 660), Paint(colour=_lighter(paint.colour)), radius=50, shade="pillow")
    layer.box((270, 620, 690, 780), Paint(colour=darker(paint.colour, 0.85)), radius=36, shade="flat")
    for box in ((180, 450, 310, 780), (650, 450, 780, 780)):
        layer.box(box, paint, radius=62, shade="round")


def _lighter(colour: Colour) -> Colour:
    red, green, blue = (min(int(part * 1.1 + 12), 255) for part in colour)
    return red, green, blue


def round_table(layer: Layer, paint: Paint) -> None:
    """A round table on three legs."""
    for x in (250, 480, 710):
        layer.line([(480 + (x - 480) * 0.7, 420), (x, 830 - abs(x - 480) * 0.16 + 30)], 28, _WOOD)
    layer.ellipse(480, 424, 370, 108, Paint(colour=darker(paint.colour, 0.7)))
    layer.ellipse(480, 400, 370, 108, paint)


def desk(layer: Layer, paint: Paint) -> None:
    """A desk with a drawer."""
    for x in (210, 750):
        layer.line([(x, 450), (x + (x - 480) * 0.05, 830)], 30, _WOOD)
    for x in (290, 670):
        layer.line([(x, 450), (x, 720)], 24, _DARK_WOOD)
    layer.polygon([(260, 340), (700, 340), (830, 440), (130, 440)], paint, shade="flat")
    layer.box((130, 438, 830, 472), Paint(colour=darker(paint.colour, 0.75)), radius=8)
    layer.box((340, 472, 620, 550), Paint(colour=darker(paint.colour, 0.88)), radius=8)
    layer.ellipse(480, 511, 16, 16, Paint(colour=(208, 172, 96)))


def cushion(layer: Layer, paint: Paint) -> None:
    """A square cushion."""
    layer.polygon(_pillow(300, 300, 4.6), paint, shade="pillow")


def bolster(layer: Layer, paint: Paint) -> None:
    """A long cushion."""
    layer.polygon(_pillow(380, 190, 3.6), paint, shade="pillow")


def _pillow(rx: float, ry: float, power: float) -> list[tuple[float, float]]:
    """Return a square outline whose sides are drawn in between its corners."""
    angles = np.linspace(0, 2 * np.pi, 160)
    cos, sin = np.cos(angles), np.sin(angles)
    reach = 1 / (np.abs(cos) ** power + np.abs(sin) ** power) ** (1 / power)
    reach *= 1 + 0.025 * np.cos(4 * angles + np.pi)
    return [(480 + rx * r * c, 490 + ry * r * s) for r, c, s in zip(reach, cos, sin, strict=True)]


def rug(layer: Layer, paint: Paint) -> None:
    """A rug with fringes, seen from above."""
    for y in range(262, 724, 14):
        for x in (148, 812):
            layer.line([(x, y), (x + (x - 480) * 0.13, y + 3)], 7, Paint(colour=(206, 186, 150)))
    layer.box((150, 250, 810, 730), paint, radius=6)


def round_rug(layer: Layer, paint: Paint) -> None:
    """A round rug, seen from above."""
    layer.ellipse(480, 480, 350, 350, Paint(colour=darker(paint.colour, 0.8)))
    layer.ellipse(480, 478, 338, 338, paint)


def wall_clock(layer: Layer, paint: Paint) -> None:
    """A round clock with a coloured rim."""
    layer.ellipse(480, 480, 320, 320, Paint(colour=darker(paint.colour, 0.75)))
    layer.ellipse(480, 474, 316, 316, paint)
    layer.ellipse(480, 478, 256, 256, Paint(colour=(248, 245, 238)))
    _hands(layer, 480, 478, 236)


def square_clock(layer: Layer, paint: Paint) -> None:
    """A square clock whose face has the colour."""
    layer.box((180, 190, 780, 790), _DARK_WOOD, radius=70)
    layer.box((186, 184, 774, 772), _WOOD, radius=66)
    layer.box((226, 224, 734, 732), paint, radius=44)
    _hands(layer, 480, 478, 226)


def _hands(layer: Layer, x: float, y: float, reach: float) -> None:
    ink = Paint(colour=_INK)
    for hour in range(12):
        across, down = np.sin(hour * np.pi / 6), np.cos(hour * np.pi / 6)
        start = 0.8 if hour % 3 == 0 else 0.87
        ends = [(x + across * reach * part, y - down * reach * part) for part in (start, 0.95)]
        layer.line(ends, 16 if hour % 3 == 0 else 8, ink)
    layer.line([(x, y), (x - reach * 0.42, y - reach * 0.3)], 18, ink)
    layer.line([(x, y), (x + reach * 0.4, y - reach * 0.68)], 12, ink)
    layer.ellipse(x, y, 20, 20, Paint(colour=(196, 70, 58)))


FLAT: dict[str, Callable[[Layer, Paint], None]] = {
    "chair": chair,
    "armchair": armchair,
    "round table": round_table,
    "desk": desk,
    "cushion": cushion,
    "bolster": bolster,
    "rug": rug,
    "round rug": round_rug,
    "wall clock": wall_clock,
    "square clock": square_clock,
}
