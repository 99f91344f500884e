"""What one sits on: chairs, armchairs, stools."""

from __future__ import annotations

import math

from tools.render.curves import Point
from tools.render.maker import Maker


def _legs(
    make: Maker,
    width: float,
    depth: float,
    height: float,
    *,
    splay: float = 0.04,
    radius: float = 0.017,
    end: float = 0.011,
    y: float = 0.0,
) -> None:
    for x_side in (-1, 1):
        for y_side in (-1, 1):
            top = (x_side * width / 2, y + y_side * depth / 2, height)
            bottom = (x_side * (width / 2 + splay), y + y_side * (depth / 2 + splay), 0.0)
            make.leg(top, bottom, "frame", radius, end)


def _seat(make: Maker, width: float, depth: float, height: float, style: str, round_: bool = False) -> None:
    """A wooden board, a padded one, or a woven one with its frame."""
    if style == "pad":
        make.pad((width, depth, 0.075), (0, 0, height), "seat", corner=0.9 if round_ else 0.3)
        return
    if round_:
        profile = [
            (0.0, height - 0.032),
            (width / 2 - 0.014, height - 0.032),
            (width / 2, height - 0.016),
            (width / 2 - 0.008, height),
            (0.0, height - 0.004),
        ]
        make.lathe(profile, "seat", segments=96)
        return
    make.box((width, depth, 0.03), (0, 0, height - 0.015), "seat", bevel=0.012)
    if style == "woven":
        cords = [
            [(-width / 2 + 0.03, y, height + 0.002), (width / 2 - 0.03, y, height + 0.002)]
            for y in _spaced(depth - 0.06, 26)
        ]
        make.tubes(cords, 0.0065, "weave", bend=False)


def _spaced(length: float, count: int) -> list[float]:
    return [length * (place / (count - 1) - 0.5) for place in range(count)]


def chair(
    make: Maker,
    *,
    back: str,
    seat: str = "board",
    width: float = 0.43,
    depth: float = 0.42,
    height: float = 0.46,
    total: float = 0.84,
    arms: bool = False,
    splay: float = 0.03,
    radius: float = 0.017,
) -> None:
    """Join a dining chair; its back is of "spindles", a "ladder", one "panel", a "hoop", a "cross" or a "pad"."""
    _legs(make, width * 0.8, depth * 0.8, height - 0.01, splay=splay, radius=radius)
    _seat(make, width, depth, height, seat)
    rear, lean = depth / 2 - 0.02, 0.09
    posts = [
        [
            (x * width * 0.44, rear, height - 0.02),
            (x * width * 0.47, rear + lean * 0.5, (height + total) / 2),
            (x * width * 0.47, rear + lean, total),
        ]
        for x in (-1, 1)
    ]
    if back != "hoop":
        make.tubes(posts, [radius, radius * 0.9, radius * 0.75], "frame")
    _back(make, back, width, height, total, rear, lean)
    if arms:
        for x in (-1, 1):
            rest = [
                (x * width * 0.47, rear + lean * 0.45, height + 0.2),
                (x * width * 0.56, 0.05, height + 0.2),
                (x * width * 0.52, -depth * 0.36, height + 0.19),
            ]
            make.tube(rest, [0.014, 0.017, 0.015], "frame")
            make.leg(rest[-1], (x * width * 0.46, -depth * 0.36, height - 0.02), "frame", 0.012)


def _back(make: Maker, back: str, width: float, height: float, total: float, rear: float, lean: float) -> None:
    def at(x: float, share: float, bow: float = 0.03) -> Point:
        """A place on the back, which is bent towards whoever sits."""
        return (x * width * 0.47, rear + lean * share + bow * (1 - x * x), height + (total - height) * share)

    if back == "ladder":
        for share in (0.35, 0.62, 0.92):
            _slat(make, at, share, 0.055)
    elif back == "panel":
        _slat(make, at, 0.72, 0.2)
    elif back == "pad":
        make.pad(
            (width * 0.86, 0.06, (total - height) * 0.62), at(0, 0.66, 0.0), "seat", corner=0.32, turn=(-0.22, 0, 0)
        )
    elif back == "cross":
        _slat(make, at, 0.95, 0.05)
        make.tubes(
            [[at(-0.95, 0.08), at(0, 0.5), at(0.95, 0.9)], [at(0.95, 0.08), at(0, 0.5), at(-0.95, 0.9)]], 0.011, "frame"
        )
    elif back == "hoop":
        bow = [
            at(
                math.cos(math.pi * step / 12) * (1.02 if 0 < step < 12 else 0.9),
                max(math.sin(math.pi * step / 12), 0.0) ** 0.6,
            )
            for step in range(13)
        ]
        make.tube(bow, 0.014, "frame")
        make.tubes(
            [[at(x * 0.8, 0.0), at(x, 0.97 * (1 - (x * 0.95) ** 2) ** 0.3)] for x in _spaced(1.5, 7)],
            0.007,
            "frame",
            bend=False,
        )
    else:
        _slat(make, at, 0.94, 0.07)
        make.tubes([[at(x * 0.9, 0.0), at(x, 0.92)] for x in _spaced(1.6, 7)], 0.008, "frame", bend=False)


def _slat(make: Maker, at: object, share: float, tall: float) -> None:
    def point(u: float, v: float) -> Point:
        x, y, z = at(2 * u - 1, share)  # type: ignore[operator]
        return (x, y, z + (v - 0.5) * tall)

    make.surface(point, 16, 4, "back", thickness=0.016)


def shell_chair(
    make: Maker, *, legs: str = "wood", arms: float = 0.0, height: float = 0.45, tall: float = 0.38
) -> None:
    """Bend one shell as seat and back, on wooden, wire or sled legs; `arms` is how far its sides rise."""

    def point(u: float, v: float) -> Point:
        x = 2 * u - 1
        if v < 0.5:
            y, z = -0.22 + 0.8 * v, height - 0.02 * math.sin(v * 2 * math.pi)
        else:
            turn = (v - 0.5) * 2
            y, z = 0.18 + 0.11 * math.sin(turn * 1.7), height + tall * turn**1.5
        wide = 0.235 - 0.06 * max(0.0, v - 0.6) ** 2 * 6 - 0.03 * max(0.0, 0.15 - v)
        rise = arms * math.exp(-((v - 0.48) ** 2) / 0.04) * abs(x) ** 4
        return (x * wide, y - 0.05 * x * x * (v > 0.5) * (v - 0.5) * 2, z + 0.045 * x * x * (v < 0.75) + rise)

    make.surface(point, 28, 40, "seat", thickness=0.012)
    if legs == "wood":
        _legs(make, 0.26, 0.26, height - 0.005, splay=0.08, radius=0.016, end=0.01)
        return
    frames = [
        [
            (x * 0.12, -0.14, height - 0.01),
            (x * 0.23, -0.23, 0.008),
            (x * 0.23, 0.2, 0.008),
            (x * 0.12, 0.12, height - 0.01),
        ]
        for x in (-1, 1)
    ]
    make.tubes(frames, 0.007, "frame", bend=False)
    if legs == "wire":
        make.tubes([[(-0.2, y, 0.16), (0.2, y, 0.16)] for y in (-0.19, 0.17)], 0.005, "frame", bend=False)


def armchair(
    make: Maker,
    *,
    width: float = 0.78,
    arm: float = 0.13,
    back: float = 0.8,
    seat: float = 0.43,
    corner: float = 0.3,
    legs: float = 0.16,
    wood: bool = False,
    deep: float = 0.74,
) -> None:
    """Upholster an armchair; with `wood` its arms and legs are an open frame."""
    inside = width - 2 * arm
    make.pad((inside, deep * 0.86, 0.17), (0, -0.03, seat - 0.075), "seat", corner=corner)
    make.pad(
        (inside + (0.0 if wood else arm), 0.18, back - seat + 0.12),
        (0, deep / 2 - 0.1, (back + seat) / 2 - 0.04),
        "seat",
        corner=corner,
        turn=(-0.2, 0, 0),
    )
    for x in (-1, 1):
        side = x * (width - arm) / 2
        if wood:
            make.box((arm * 0.5, deep * 0.92, 0.03), (side, 0, seat + 0.16), "frame", bevel=0.012)
            make.leg((side, -deep * 0.4, seat + 0.16), (side, -deep * 0.43, 0), "frame", 0.019, 0.014)
            make.leg((side, deep * 0.36, seat + 0.16), (side, deep * 0.48, 0), "frame", 0.019, 0.014)
        else:
            make.pad((arm * 1.1, deep, seat + 0.2 - legs), (side, 0, (seat + 0.2 + legs) / 2), "seat", corner=corner)
    rail = seat - 0.18
    make.box(
        (inside + (arm if wood else 0.02), deep * 0.8, 0.07), (0, 0, rail), "frame" if wood else "seat", bevel=0.01
    )
    if not wood:
        _legs(make, width - 0.16, deep - 0.16, rail, splay=0.03, radius=0.02, end=0.012)


def stool(
    make: Maker,
    *,
    height: float = 0.46,
    width: float = 0.36,
    seat: str = "board",
    round_: bool = True,
    legs: int = 4,
    rung: bool = True,
    splay: float = 0.05,
) -> None:
    """Join a stool, low or for a bar, on three or four legs."""
    _seat(make, width, width if round_ else width * 0.72, height, seat, round_)
    at, feet = [], []
    for leg in range(legs):
        turn = 2 * math.pi * leg / legs + math.pi / 4
        x, y = math.cos(turn) * width * 0.36, math.sin(turn) * width * (0.36 if round_ else 0.27)
        grow = 1 + splay / 0.13
        make.leg((x, y, height - 0.02), (x * grow, y * grow, 0.0), "frame", 0.017, 0.012)
        at.append((x, y))
        feet.append(1 + (grow - 1) * 0.6)
    if rung:
        low = height * 0.4
        ends = [(x * feet[0], y * feet[0], low) for x, y in at]
        make.tubes([[a, b] for a, b in zip(ends, ends[1:] + ends[:1], strict=True)], 0.009, "frame", bend=False)
