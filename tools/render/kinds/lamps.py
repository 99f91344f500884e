"""Lamps, all of them lit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.render.curves import Point, hollow, smooth
from tools.render.maker import Maker


def _shade(make: Maker, bottom: float, top: float, low: float, high: float, x: float = 0.0, y: float = 0.0) -> None:
    """Set an open shade between two heights, with a bulb in it."""
    wall = 0.0015
    profile = [(bottom, low), (top, high), (top - wall, high), (bottom - wall, low), (bottom, low)]
    make.lathe(profile, "shade", segments=96).location = (x, y, 0.0)
    _ball(make, 0.03, (x, y, (low + high) / 2), "bulb")


def _ball(make: Maker, radius: float, centre: Point, part: str) -> None:
    half = [(radius * math.sin(a), -radius * math.cos(a)) for a in (math.pi * step / 24 for step in range(25))]
    make.lathe(half, part).location = centre


def _base(make: Maker, radius: float, height: float, x: float = 0.0) -> None:
    profile = [(0.0, 0.0), (radius, 0.0), (radius, height * 0.75), (radius - height * 0.2, height), (0.0, height)]
    make.lathe(profile, "base", segments=96).location.x = x


def table_lamp(make: Maker, *, profile: Sequence[Point], shade: tuple[float, float, float]) -> None:
    """Turn a foot and set a shade on it, of (radius below, radius above, height)."""
    top = profile[-1][1]
    make.lathe([(0.0, 0.0), *smooth(profile, 10), (0.0, top)], "base", segments=96)
    bottom, above, high = shade
    make.leg((0, 0, top + high * 0.6), (0, 0, top - 0.01), "metal", 0.006)
    _shade(make, bottom, above, top + 0.03, top + 0.03 + high)


def globe_lamp(make: Maker, *, radius: float, foot: float, height: float = 0.0, count: int = 1) -> None:
    """Set a globe of opal glass on a foot, or several on stems."""
    _base(make, foot, 0.02 if height else radius * 0.5)
    for place in range(count):
        turn = 2 * math.pi * place / max(count, 2) + 0.5
        out = radius * 0.9 if count > 1 else 0.0
        x, y = out * math.cos(turn), out * math.sin(turn)
        up = height * (1 - 0.28 * place)
        if height:
            make.tube([(x * 0.3, y * 0.3, 0.015), (x * 0.5, y * 0.5, up * 0.5), (x, y, up)], 0.006, "metal")
        _ball(make, radius, (x, y, (up if height else radius * 0.45) + radius * 0.92), "globe")


def desk_lamp(make: Maker, *, reach: float = 0.26, height: float = 0.36, head: str = "cone") -> None:
    """Joint two arms on a base, with a steel head ("cone", "bell" or "bar") that looks down."""
    _base(make, 0.085, 0.022)
    elbow, tip = (0.13, 0.0, height * 0.72), (0.13 - reach, 0.0, height + 0.03)
    make.leg((0.0, 0.0, 0.02), elbow, "metal", 0.006)
    make.leg(elbow, tip, "metal", 0.006)
    for joint in (elbow, tip):
        _ball(make, 0.013, joint, "metal")
    if head == "bar":
        make.box((0.26, 0.03, 0.02), (tip[0] - 0.1, 0.0, tip[2] - 0.008), "shade", bevel=0.008, turn=(0, -0.12, 0))
        make.box((0.22, 0.02, 0.004), (tip[0] - 0.1, 0.0, tip[2] - 0.019), "bulb", bevel=0.001, turn=(0, -0.12, 0))
        return
    outer = (
        [(0.075, -0.11), (0.04, -0.03), (0.018, 0.0)]
        if head == "cone"
        else [(0.08, -0.1), (0.076, -0.06), (0.05, -0.015), (0.015, 0.0)]
    )
    points = smooth(outer, 6)
    hood = make.lathe([*points, (0.0, 0.0)] + [(r - 0.002, z - 0.002) for r, z in reversed(points)], "shade")
    hood.location, hood.rotation_euler = tip, (0, 0.5, 0)
    bulb = (tip[0] - 0.03, 0.0, tip[2] - 0.062)
    _ball(make, 0.028, bulb, "bulb")


def tripod_lamp(
    make: Maker, *, height: float = 1.05, spread: float = 0.3, shade: tuple[float, float, float] = (0.24, 0.2, 0.28)
) -> None:
    """Stand a shade on three wooden legs."""
    for turn in (0.5, 2.6, 4.7):
        x, y = math.cos(turn), math.sin(turn)
        make.leg((x * 0.02, y * 0.02, height), (x * spread, y * spread, 0.0), "base", 0.017, 0.012)
    _ball(make, 0.035, (0, 0, height), "metal")
    make.leg((0, 0, height + shade[2] * 0.6), (0, 0, height), "metal", 0.007)
    _shade(make, shade[0], shade[1], height + 0.04, height + 0.04 + shade[2])


def pole_lamp(
    make: Maker,
    *,
    height: float = 1.4,
    shade: tuple[float, float, float] = (0.2, 0.16, 0.26),
    globe: float = 0.0,
    table: float = 0.0,
) -> None:
    """Set a straight pole on a round base, under a shade or a globe; `table` is the radius of a tray half-way."""
    _base(make, 0.14, 0.025)
    make.leg((0, 0, height), (0, 0, 0.02), "metal", 0.011)
    if table:
        make.lathe(hollow([(table, height * 0.4), (table, height * 0.4 + 0.025)], 0.006), "tray", segments=96)
    if globe:
        _ball(make, globe, (0, 0, height + globe * 0.95), "globe")
    else:
        _shade(make, shade[0], shade[1], height - shade[2] * 0.5, height + shade[2] * 0.5)


def arc_lamp(make: Maker, *, height: float = 1.75, reach: float = 0.85, radius: float = 0.19) -> None:
    """Bow a rod from a heavy base to a dome that hangs from it."""
    _base(make, 0.17, 0.05, -reach / 2)
    path = [
        (-reach / 2, 0, 0.04),
        (-reach / 2, 0, height * 0.55),
        (-reach * 0.4, 0, height * 0.86),
        (-reach * 0.05, 0, height),
        (reach * 0.35, 0, height * 0.92),
        (reach / 2, 0, height * 0.8),
    ]
    make.tube(path, 0.011, "metal")
    dome = smooth(
        [(radius, 0.0), (radius * 0.93, radius * 0.45), (radius * 0.6, radius * 0.82), (0.03, radius * 0.98)], 8
    )
    hood = make.lathe([*dome, (0.0, radius)] + [(max(r - 0.004, 0), z - 0.003) for r, z in reversed(dome)], "shade")
    hood.location = (reach / 2, 0.0, height * 0.8 - radius)
    _ball(make, 0.05, (reach / 2, 0.0, height * 0.8 - radius * 0.75), "bulb")
