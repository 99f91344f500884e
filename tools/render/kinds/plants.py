"""Pots with plants in them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.render.curves import Point, hollow, smooth
from tools.render.maker import Maker


def pot(
    make: Maker, *, profile: Sequence[Point], plant: str, size: float, legs: float = 0.0, saucer: bool = False
) -> None:
    """Turn a pot, fill it with soil and plant it; `legs` lifts it onto a wooden stand."""
    lifted = [(r, z + legs + (0.012 if saucer else 0)) for r, z in profile]
    make.lathe(hollow(smooth(lifted, 10), 0.007), "body", segments=96)
    radius, top = lifted[-1]
    make.lathe([(0.0, top - 0.012), (radius * 0.6, top - 0.014), (radius - 0.006, top - 0.02)], "soil")
    if saucer:
        base = profile[0][0]
        make.lathe(hollow([(base * 1.1, 0.0), (base * 1.4, 0.02)], 0.005), "body")
    if legs:
        _stand(make, max(r for r, _ in profile), legs)
    PLANTS[plant](make, radius * 0.6, top - 0.015, size)


def _stand(make: Maker, radius: float, height: float) -> None:
    for turn in (0.785, 2.356, 3.927, 5.498):
        x, y = radius * 1.04 * math.cos(turn), radius * 1.04 * math.sin(turn)
        make.leg((x, y, height * 1.7), (x, y, 0.0), "stand", 0.011)
    for turn in (0.785, 2.356):
        make.box((radius * 2.08, 0.02, 0.02), (0.0, 0.0, height - 0.011), "stand", turn=(0, 0, turn))


def _blade(
    make: Maker, root: Point, turn: float, length: float, width: float, lean: float, droop: float, shape: float = 1.0
) -> None:
    """Grow a leaf: `lean` is its angle from upright, `droop` how much more that is at its tip."""
    out = (math.cos(turn), math.sin(turn))
    side = (-out[1], out[0])

    def point(u: float, v: float) -> Point:
        reach = up = 0.0
        for step in range(6):
            angle = lean + droop * v * step / 6
            reach += math.sin(angle) * length * v / 6
            up += math.cos(angle) * length * v / 6
        across = (u - 0.5) * width * math.sin(math.pi * min(max(v, 0.02), 0.98) ** shape)
        fold = abs(u - 0.5) * width * 0.5 * math.sin(math.pi * v)
        return (
            root[0] + out[0] * reach + side[0] * across,
            root[1] + out[1] * reach + side[1] * across,
            root[2] + up + fold,
        )

    make.surface(point, 6, 14, "leaf")


def _snake(make: Maker, spread: float, top: float, size: float) -> None:
    for place in range(11):
        turn = place * 2.4
        root = (
            spread * 0.8 * math.sqrt(place / 11) * math.cos(turn),
            spread * 0.8 * math.sqrt(place / 11) * math.sin(turn),
            top,
        )
        _blade(make, root, turn, size * make.random.uniform(0.6, 1.0), size * 0.13, 0.06 + place * 0.02, 0.15, 0.75)


def _fern(make: Maker, spread: float, top: float, size: float) -> None:
    for place in range(46):
        turn = place * 2.4
        _blade(
            make,
            (0.0, 0.0, top),
            turn,
            size * make.random.uniform(0.6, 1.0),
            size * 0.11,
            0.15 + place * 0.02,
            1.5,
            0.8,
        )


def _rubber(make: Maker, spread: float, top: float, size: float) -> None:
    """A stem with large leaves all around."""
    make.tube(
        [(0, 0, top), (size * 0.03, 0, top + size * 0.4), (0, size * 0.02, top + size * 0.85)],
        [0.011, 0.009, 0.005],
        "stem",
    )
    for place in range(17):
        height = size * (0.15 + 0.72 * place / 17)
        _blade(
            make,
            (0, 0, top + height),
            place * 2.4,
            size * make.random.uniform(0.26, 0.36),
            size * 0.17,
            0.9 - place * 0.03,
            0.7,
            0.85,
        )


def _olive(make: Maker, spread: float, top: float, size: float) -> None:
    make.tube(
        [(0, 0, top), (size * 0.02, 0, top + size * 0.3), (0, 0, top + size * 0.62)], [0.013, 0.01, 0.007], "stem"
    )
    for branch in range(15):
        turn, lean = branch * 2.4, make.random.uniform(0.2, 1.15)
        start = (0.0, 0.0, top + size * make.random.uniform(0.42, 0.62))
        reach = size * make.random.uniform(0.25, 0.38)
        tip = [
            start[side] + reach * way
            for side, way in enumerate(
                (math.cos(turn) * math.sin(lean), math.sin(turn) * math.sin(lean), math.cos(lean))
            )
        ]
        make.tube([start, tuple(tip)], [0.004, 0.002], "stem", bend=False)
        for leaf in range(12):
            share = 0.25 + 0.75 * leaf / 12
            root = tuple(start[side] + (tip[side] - start[side]) * share for side in range(3))
            _blade(
                make, root, make.random.uniform(0, 6.28), size * 0.1, size * 0.026, make.random.uniform(0.3, 1.3), 0.4
            )


def _cactus(make: Maker, spread: float, top: float, size: float) -> None:
    ribs, rows = 13, 30
    for x, scale in ((0.0, 1.0), (spread * 0.75, 0.55)):
        radius = spread * 0.55 * scale

        def point(u: float, v: float, x: float = x, scale: float = scale, radius: float = radius) -> Point:
            angle = 2 * math.pi * u
            r = radius * (1 + 0.14 * math.cos(ribs * angle)) * (1 - max(0.0, v - 0.55) ** 2 / 0.2025) ** 0.5
            return (x + r * math.cos(angle), r * math.sin(angle) - x * 0.3, top + size * scale * v)

        make.surface(point, 104, rows, "leaf", weld=True)


def _trailing(make: Maker, spread: float, top: float, size: float) -> None:
    """Ivy: vines over the rim with small leaves."""
    for vine in range(9):
        turn, long = vine * 2.4, size * make.random.uniform(0.35, 0.9)
        out = spread * 1.9
        path = [
            (0, 0),
            (out * 0.6, 0.05),
            (out, 0.01),
            (out * 1.05, -0.1 * long / 0.2),
            (out * 1.08, -min(long * 0.85, top * 0.9)),
        ]
        points = [(reach * math.cos(turn), reach * math.sin(turn), top + up) for reach, up in path]
        make.tube(points, 0.0016, "stem")
        for place in smooth(points, 4)[3:]:
            _blade(
                make, place, turn + make.random.uniform(-1.5, 1.5), 0.05, 0.036, make.random.uniform(0.6, 1.5), 0.7, 0.7
            )


PLANTS = {"snake": _snake, "fern": _fern, "rubber": _rubber, "olive": _olive, "cactus": _cactus, "trailing": _trailing}
