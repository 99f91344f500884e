"""Small things of the house: candles, clocks, books, mirrors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.render.curves import Point, hollow, smooth
from tools.render.maker import UPRIGHT, Maker


def candle(make: Maker, *, radius: float, height: float, jar: bool = False, wicks: int = 1, lid: bool = False) -> None:
    """Pour a candle, into a jar or free-standing."""
    if jar:
        make.lathe(hollow([(radius, 0.0), (radius, height)], 0.003, 0.006), "jar", segments=96)
    r, top = (radius - 0.0035, height * 0.72) if jar else (radius, height)
    rim = [(r, 0.007), (r, top - 0.004), (r - 0.002, top), (r - 0.007, top - 0.0015), (0.0, top - 0.003)]
    make.lathe([(0.0, 0.007), *rim] if jar else [(0.0, 0.0), (r, 0.0), *rim[1:]], "wax")
    for wick in range(wicks):
        turn = 2 * math.pi * wick / wicks
        x, y = (r * 0.42 * math.cos(turn), r * 0.42 * math.sin(turn)) if wicks > 1 else (0.0, 0.0)
        make.tube([(x, y, top - 0.004), (x, y, top + 0.006), (x + 0.003, y, top + 0.012)], 0.0011, "wick")
    if lid:
        make.lathe(_lid(radius, 0.0), "lid").location = (radius * 1.55, -radius * 0.9, 0.0)


def _lid(radius: float, at: float) -> list[Point]:
    return [
        (0.0, at),
        (radius, at),
        (radius + 0.001, at + 0.002),
        (radius + 0.001, at + 0.01),
        (radius - 0.001, at + 0.012),
        (0.0, at + 0.012),
    ]


def candlestick(
    make: Maker, *, profile: Sequence[Point], taper: float = 0.22, arms: int = 1, gap: float = 0.08
) -> None:
    """Turn a holder, or several in a row, each with a dinner candle."""
    for arm in range(arms):
        x, lift = (arm - (arms - 1) / 2) * gap, 1.0 + 0.28 * (arm % 3)
        points = [(r, z * lift) for r, z in smooth(profile, 8)]
        make.lathe(
            [(0.0, 0.0), *points, (0.0115, points[-1][1]), (0.0112, points[-1][1] - 0.01)], "body"
        ).location.x = x
        base = points[-1][1] - 0.008
        stick = [(0.0112, base), (0.0105, base + taper - 0.01), (0.006, base + taper - 0.002), (0.0, base + taper)]
        make.lathe(stick, "wax").location.x = x
        make.tube([(x, 0, base + taper - 0.002), (x + 0.002, 0, base + taper + 0.012)], 0.001, "wick", bend=False)


def clock(
    make: Maker,
    *,
    radius: float,
    rim: float = 0.012,
    depth: float = 0.035,
    rays: int = 0,
    square: bool = False,
    stand: bool = False,
) -> None:
    """Build a clock that faces the front, for a wall or on two feet."""
    centre = radius + rim + (0.025 if stand else 0.0) + (radius * 0.35 if rays else 0.0)
    if square:
        side = 2 * (radius + rim)
        body = make.box((side, depth, side), (0, 0, centre), "rim", bevel=0.02)
        del body
    else:
        ring = [(radius - 0.002, depth * 0.6), (radius, depth), (radius + rim, depth), (radius + rim, 0.0), (0.0, 0.0)]
        _upright(make, make.lathe(ring, "rim", segments=128), centre, depth / 2)
    _face(make, radius, centre, -depth / 2 - 0.0015 if square else depth / 2 - depth * 0.65)
    _hands(make, radius, centre, -depth / 2 - 0.004 if square else depth / 2 - depth * 0.65 - 0.004)
    for ray in range(rays):
        turn, long = 2 * math.pi * ray / rays, radius * (1.35 if ray % 2 else 1.22)
        ends = [(r * math.cos(turn), 0.0, centre + r * math.sin(turn)) for r in (radius, long)]
        make.tube(ends, [0.006, 0.003], "rim", bend=False)
    if stand:
        for side in (-1, 1):
            make.leg((side * radius * 0.5, 0, 0.05), (side * radius * 0.7, 0, 0.0), "feet", 0.007)
        for side in (-1, 1):
            bell = [(0.0, 0.03), (0.02, 0.024), (0.03, 0.005), (0.031, 0.0), (0.0, 0.0)]
            thing = make.lathe(smooth(bell[:4], 6) + [(0.0, 0.0)], "feet")
            thing.rotation_euler, thing.location = (0, side * 0.6, 0), (side * radius * 0.6, 0, centre + radius * 0.92)


def _upright(make: Maker, thing: object, centre: float, y: float) -> None:
    thing.rotation_euler, thing.location = UPRIGHT, (0.0, y, centre)  # type: ignore[attr-defined]


def _face(make: Maker, radius: float, centre: float, y: float) -> None:
    def point(u: float, v: float) -> Point:
        turn, r = 2 * math.pi * u, radius * v
        return (r * math.cos(turn), y, centre + r * math.sin(turn))

    disc = make.surface(point, 64, 4, "face")
    for loop, place in zip(disc.data.loops, disc.data.uv_layers[0].data, strict=True):
        at = disc.data.vertices[loop.vertex_index].co
        place.uv = (0.5 + at.x / radius / 2, 0.5 + (at.z - centre) / radius / 2)


def _hands(make: Maker, radius: float, centre: float, y: float) -> None:
    """Ten past ten, as in every shop's picture."""
    for angle, long, wide in ((305, 0.52, 0.035), (60, 0.76, 0.024)):
        turn = math.radians(angle)
        middle = (math.sin(turn) * radius * long * 0.42, y, centre + math.cos(turn) * radius * long * 0.42)
        make.box((radius * wide, 0.002, radius * long), middle, "hands", bevel=0.0006, turn=(0, turn, 0))
    knob = make.lathe([(0.0, 0.004), (radius * 0.04, 0.004), (radius * 0.042, 0.0)], "hands")
    _upright(make, knob, centre, y)


def book(make: Maker, *, width: float, height: float, thick: float, count: int = 1, band: bool = False) -> None:
    """Bind books that lie on each other, or one that stands upright and a little open."""
    if count == 1:
        _volume(make, width, height, thick, 0.0, 0.0, "cover", band)
        for thing in make.objects:
            thing.matrix_world = _stood() @ thing.matrix_world
        for thing in make.objects:
            thing.matrix_world.translation.z += height / 2
        return
    at = 0.0
    for place in range(count):
        scale = 1.0 - 0.06 * place
        _volume(
            make,
            width * scale,
            height * scale,
            thick,
            at,
            make.random.uniform(-0.16, 0.16),
            ("cover", "second", "third")[place % 3],
            False,
        )
        at += thick


def _stood() -> object:
    from mathutils import Matrix

    return Matrix.Rotation(math.pi / 2, 4, "X")


def _volume(
    make: Maker, width: float, height: float, thick: float, at: float, turn: float, part: str, band: bool
) -> None:
    start, board = len(make.objects), 0.0028
    make.box((width - 0.008, height - 0.008, thick - 2 * board), (0.001, 0, thick / 2), "paper", bevel=0.001)
    for z in (board / 2, thick - board / 2):
        make.box((width, height, board), (0, 0, z), "spine", bevel=0.001)
    make.box((board, height, thick), (-width / 2, 0, thick / 2), "spine", bevel=0.001)

    def point(u: float, v: float) -> Point:
        return ((u - 0.5) * width * 0.998, (v - 0.5) * height * 0.998, thick + 0.0002)

    make.surface(point, 2, 2, part)
    if band:
        make.box((0.006, height + 0.003, thick + 0.003), (width * 0.36, 0, thick / 2), "band", bevel=0.001)
    for thing in make.objects[start:]:
        thing.matrix_world = _turned(turn, at) @ thing.matrix_world


def _turned(turn: float, at: float) -> object:
    from mathutils import Matrix

    return Matrix.Translation((0, 0, at)) @ Matrix.Rotation(turn, 4, "Z")


def mirror(
    make: Maker, *, width: float, height: float, rim: float = 0.02, style: str = "round", strap: bool = False
) -> None:
    """Frame a mirror that faces the front: "round", "arch" or "pill"."""
    outline = _outline(width / 2, height, style)
    make.tube([(x, 0.0, z + rim) for x, z in outline], rim, "frame", closed=True)
    middle = sum(z for _, z in outline) / len(outline)
    count = len(outline)
    vertices = [(0.0, 0.0, middle + rim), *((x, 0.0, z + rim) for x, z in outline)]
    make.mesh(vertices, [(0, place + 1, (place + 1) % count + 1) for place in range(count)], "glass")
    if strap:
        make.tube(
            [(-width * 0.3, 0.004, height * 0.9), (0, 0.004, height * 1.32), (width * 0.3, 0.004, height * 0.9)],
            0.006,
            "strap",
            bend=False,
        )


def _outline(half: float, height: float, style: str) -> list[tuple[float, float]]:
    turns = [math.pi * step / 32 for step in range(33)]
    if style == "round":
        return [(half * math.cos(2 * turn), height / 2 * (1 - math.sin(2 * turn))) for turn in turns[:-1]]
    dome = [(half * math.cos(turn), height - half + half * math.sin(turn)) for turn in turns]
    if style == "arch":
        return [(half, 0.0), *dome, (-half, 0.0)]
    return [*dome, *((-half * math.cos(turn), half - half * math.sin(turn)) for turn in turns)]
