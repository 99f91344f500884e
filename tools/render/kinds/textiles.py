"""Soft things: cushions, poufs, rugs, bags."""

from __future__ import annotations

import math

from mathutils import Matrix, noise

from tools.render.curves import Point, ring
from tools.render.maker import Maker


def cushion(make: Maker, *, width: float = 0.5, height: float = 0.5, full: float = 0.24, edge: str = "piping") -> None:
    """Fill a cushion, which leans back; its edge has "piping", "tassels", a "fringe" or nothing."""
    seed = make.random.uniform(0, 50)

    def side(way: int) -> object:
        def point(u: float, v: float) -> Point:
            x, y = 2 * u - 1, 2 * v - 1
            pull = 1 - 0.1 * (1 - x * x * y * y) * (x * x + y * y) / 2
            swell = ((1 - abs(x) ** 2.3) * (1 - abs(y) ** 2.3)) ** 0.6
            crease = 0.008 * noise.noise((x * 2.4 + seed, y * 2.4, way)) * swell
            rim = 0.004 * noise.noise((x * 7 + seed, y * 7, 3.0))
            return (x * pull * width / 2, way * (swell * full / 2 + crease) + rim * (1 - swell), y * pull * height / 2)

        return point

    for way in (-1, 1):
        make.surface(side(way), 40, 40, "body")  # type: ignore[arg-type]
    steps = [place / 24 for place in range(24)]
    outline = [
        *((u, 0.0) for u in steps),
        *((1.0, u) for u in steps),
        *((1 - u, 1.0) for u in steps),
        *((0.0, 1 - u) for u in steps),
    ]
    rim = [side(1)(u, v) for u, v in outline]  # type: ignore[operator]
    if edge == "piping":
        make.tube(rim, 0.005, "trim", closed=True)
    elif edge == "fringe":
        threads = [
            [p, (p[0] * 1.09, p[1] + make.random.uniform(-0.006, 0.006), p[2] * 1.09)] for p in rim for _ in range(2)
        ]
        make.tubes(threads, 0.002, "trim", bend=False)
    elif edge == "tassels":
        for x, _, z in (rim[0], rim[24], rim[48], rim[72]):
            make.tube(
                [(x, 0, z), (x * 1.04, 0, z * 1.04), (x * 1.16, 0, z * 1.14)], [0.004, 0.011, 0.014], "trim", bend=False
            )
    make.place(Matrix.Translation((0, 0, height * 0.46)) @ Matrix.Rotation(-0.3, 4, "X"))


def pouf(make: Maker, *, radius: float = 0.27, height: float = 0.36, seams: int = 8, cube: bool = False) -> None:
    """Stuff a pouf with seams between its pieces."""
    if cube:
        make.pad((radius * 2, radius * 2, height), (0, 0, height / 2), "body", corner=0.22)
        for z in (0.03, height - 0.03):
            square = [
                (
                    math.copysign(abs(math.cos(t)) ** 0.22, math.cos(t)) * radius * 0.985,
                    math.copysign(abs(math.sin(t)) ** 0.22, math.sin(t)) * radius * 0.985,
                    z,
                )
                for t in (2 * math.pi * s / 96 for s in range(96))
            ]
            make.tube(square, 0.005, "trim", closed=True)
        return

    def point(u: float, v: float) -> Point:
        turn, up = 2 * math.pi * u, math.pi * (v - 0.5)
        bulge = 1 - 0.07 * (1 - abs(math.sin(seams * turn / 2))) ** 3
        across = abs(math.cos(up)) ** 0.55 * radius * bulge
        return (
            across * math.cos(turn),
            across * math.sin(turn),
            height / 2 * (1 + math.copysign(abs(math.sin(up)) ** 0.8, math.sin(up))),
        )

    make.surface(point, seams * 14, 32, "body", weld=True)
    make.lathe([(0.0, height + 0.006), (0.02, height + 0.005), (0.024, height - 0.006)], "trim")


def rug(make: Maker, *, width: float, length: float, fringe: bool = False, thick: float = 0.012) -> None:
    """Lay a rug, a little uneven, with a fringe at its short ends."""
    seed = make.random.uniform(0, 50)

    def at(u: float, v: float) -> Point:
        x, y = (u - 0.5) * width, (v - 0.5) * length
        wavy = 0.006 * noise.noise((x * 2 + seed, y * 2, 0.0))
        return (x + wavy, y + wavy, thick + 0.004 * noise.noise((x * 3 + seed, y * 3, 1.0)))

    make.surface(at, 60, 60, "body", thickness=thick)
    if fringe:
        threads = []
        for strand in range(150):
            for end in (0.0, 1.0):
                x, y, z = at((strand + 0.5) / 150, end)
                out = 0.07 * (2 * end - 1)
                threads.append([(x, y, z), (x + make.random.uniform(-0.01, 0.01), y + out, 0.003)])
        make.tubes(threads, 0.003, "fringe", bend=False)


def round_rug(make: Maker, *, radius: float, coils: int = 22) -> None:
    """Braid a rope and sew it in a coil."""
    thread = radius / coils / 2
    for coil in range(coils):
        part = "second" if coil % 6 in (4, 5) else "body"
        make.tube(ring(thread * (2 * coil + 1), thread * 0.8, 40 + coil * 6), thread * 1.05, part, closed=True)


def bag(
    make: Maker,
    *,
    width: float = 0.38,
    height: float = 0.36,
    depth: float = 0.12,
    strap: float = 0.24,
    base: float = 0.0,
    pocket: bool = False,
    round_: bool = False,
) -> None:
    """Sew a tote or a handbag that stands; `base` is the height of a trim below."""
    seed = make.random.uniform(0, 50)

    def point(u: float, v: float, grow: float = 1.0) -> Point:
        turn, taper = 2 * math.pi * u, 1 - 0.1 * v
        x = math.copysign(abs(math.cos(turn)) ** 0.35, math.cos(turn)) * width / 2
        y = math.copysign(abs(math.sin(turn)) ** 0.45, math.sin(turn)) * depth / 2 * (1 - 0.55 * v)
        sag = 0.014 * noise.noise((x * 9 + seed, v * 3, math.sin(turn))) * math.sin(math.pi * v * 0.9 + 0.2)
        swell = math.sqrt(max(0.0, 1 - (2 * v - 1) ** 2)) * 0.35 + 0.75 if round_ else taper
        return (x * swell * grow, (y + sag) * grow, v * height)

    make.surface(point, 72, 28, "body", weld=True)
    make.surface(lambda u, v: (*[side * (1 - v) for side in point(u, 0.0)[:2]], 0.001), 72, 4, "body")
    if base:
        make.surface(lambda u, v: point(u, v * base / height, 1.012), 72, 6, "trim", weld=True)
    if pocket:
        make.pad(
            (width * 0.55, 0.012, height * 0.42),
            (0, -depth * 0.42, height * 0.36),
            "trim",
            corner=0.15,
            turn=(-0.1, 0, 0),
        )
    top = height - 0.02
    for way in (-1, 1):
        y = way * depth * 0.22
        loop = [
            (-width * 0.2, y, top - 0.05),
            (-width * 0.19, y, top + strap * 0.45),
            (-width * 0.08, y * 1.2, top + strap * 0.9),
            (width * 0.08, y * 1.2, top + strap * 0.9),
            (width * 0.19, y, top + strap * 0.45),
            (width * 0.2, y, top - 0.05),
        ]
        make.tube(loop, 0.008, "strap")
