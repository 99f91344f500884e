"""Turned and blown things that hold something: mugs, bowls, vases, jugs, teapots, bottles."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.render.curves import Point, hollow, smooth
from tools.render.maker import Maker


def vessel(
    make: Maker, *, profile: Sequence[Point], wall: float = 0.005, squash: float = 1.0, ears: float = 0.0
) -> None:
    """Turn a hollow body; `ears` is the height of two small handles."""
    make.lathe(hollow(smooth(profile, 10), wall), "body", segments=96, squash=squash)
    if ears:
        radius = next(r for r, z in profile if z >= ears)
        for side in (-1, 1):
            loop = [
                (side * (radius + out), 0.0, ears + up)
                for out, up in ((-0.004, 0.03), (0.03, 0.035), (0.036, 0.0), (0.0, -0.03))
            ]
            make.tube(loop, 0.008, "body")


def mug(
    make: Maker,
    *,
    profile: Sequence[Point],
    handle: str = "ear",
    wall: float = 0.004,
    reach: float = 0.03,
) -> None:
    """Turn a cup with a handle ("ear", "ring", "square" or none), which points to the right."""
    outer = smooth(profile, 10)
    make.lathe(hollow(outer, wall), "body", segments=96)
    if handle == "none":
        return
    top, low = profile[-1][1] * 0.82, profile[-1][1] * 0.24
    make.tube(
        _handle(handle, _radius_at(outer, top), top, _radius_at(outer, low), low, reach),
        0.0052,
        "handle",
        bend=handle != "square",
    )


def _handle(style: str, r_top: float, top: float, r_low: float, low: float, reach: float) -> list[Point]:
    middle, inside = (top + low) / 2, 0.003
    if style == "square":
        return [
            (r_top - inside, 0.0, top),
            (r_top + reach, 0.0, top),
            (r_top + reach, 0.0, low),
            (r_low - inside, 0.0, low),
        ]
    if style == "ring":
        radius = (top - low) / 2.2
        return [
            (r_top + radius * 0.7 + radius * math.cos(a), 0.0, middle + radius * math.sin(a))
            for a in (math.radians(135 - 270 * step / 10) for step in range(11))
        ]
    bow = max(r_top, r_low) + reach
    return [
        (r_top - inside, 0.0, top),
        (r_top + reach * 0.6, 0.0, top + 0.006),
        (bow, 0.0, middle + (top - low) * 0.22),
        (bow - reach * 0.1, 0.0, middle - (top - low) * 0.2),
        (r_low - inside, 0.0, low),
    ]


def _radius_at(outer: Sequence[Point], height: float) -> float:
    return min(outer, key=lambda point: abs(point[1] - height))[0]


def jug(make: Maker, *, profile: Sequence[Point], wall: float = 0.005, reach: float = 0.045) -> None:
    """Turn a body, pull a spout to the left and set a handle to the right."""
    outer = smooth(profile, 10)
    body = make.lathe(hollow(outer, wall), "body", segments=96)
    top = outer[-1][1]
    for vertex in body.data.vertices:
        share = max(0.0, (vertex.co.z - top * 0.8) / (top * 0.2)) ** 1.5
        facing = max(0.0, -vertex.co.x / (math.hypot(vertex.co.x, vertex.co.y) + 1e-9)) ** 6
        vertex.co.x -= 0.022 * share * facing
        vertex.co.z += 0.006 * share * facing
    high, low = top * 0.86, top * 0.3
    make.tube(_handle("ear", _radius_at(outer, high), high, _radius_at(outer, low), low, reach), 0.008, "handle")


def teapot(make: Maker, *, profile: Sequence[Point], bow: bool = False) -> None:
    """Turn a pot with lid, knob and spout; its handle is at its side or bows over the top."""
    outer = smooth(profile, 10)
    height, neck, belly = outer[-1][1], outer[-1][0], max(r for r, _ in outer)
    make.lathe(hollow(outer, 0.005), "body", segments=96)
    make.lathe(
        smooth(
            [(neck * 0.99, height), (neck * 0.8, height + 0.01), (neck * 0.3, height + 0.017), (0.0, height + 0.018)]
        ),
        "body",
    )
    make.lathe(
        smooth(
            [
                (0.005, height + 0.016),
                (0.006, height + 0.022),
                (0.012, height + 0.03),
                (0.009, height + 0.038),
                (0.0, height + 0.04),
            ]
        ),
        "knob",
    )
    spout = [
        (-belly * 0.86, 0.0, height * 0.35),
        (-belly * 1.3, 0.0, height * 0.55),
        (-belly * 1.52, 0.0, height * 0.86),
        (-belly * 1.72, 0.0, height * 0.98),
    ]
    make.tube(spout, [0.02, 0.014, 0.01, 0.009], "body")
    if bow:
        span = [
            (side * belly * share, 0.0, up)
            for side, share, up in (
                (-1, 0.8, height * 0.8),
                (-1, 0.75, height * 1.5),
                (0, 0, height * 1.85),
                (1, 0.75, height * 1.5),
                (1, 0.8, height * 0.8),
            )
        ]
        make.tube(span, 0.005, "handle")
    else:
        make.tube(
            _handle(
                "ear",
                _radius_at(outer, height * 0.8),
                height * 0.8,
                _radius_at(outer, height * 0.25),
                height * 0.25,
                0.045,
            ),
            0.007,
            "handle",
        )


def bottle(make: Maker, *, profile: Sequence[Point], stopper: str = "cork", wall: float = 0.003) -> None:
    """Blow a bottle and close it with a "cork", a "ball", a screw "cap" or nothing."""
    outer = smooth(profile, 10)
    make.lathe(hollow(outer, wall, 0.006), "body", segments=96)
    neck, top = outer[-1]
    if stopper == "cork":
        make.lathe(
            [
                (0.0, top - 0.015),
                (neck - wall - 0.0008, top - 0.015),
                (neck - 0.001, top + 0.012),
                (neck - 0.003, top + 0.015),
                (0.0, top + 0.015),
            ],
            "stopper",
        )
    elif stopper == "ball":
        ball = [
            (neck * 1.5 * math.sin(a), top + neck * 1.2 - neck * 1.5 * math.cos(a))
            for a in (math.pi * s / 20 for s in range(21))
        ]
        make.lathe(ball, "stopper")
    elif stopper == "cap":
        make.lathe(
            smooth([(neck + 0.002, top - 0.012), (neck + 0.003, top + 0.02)], 2)
            + [(neck + 0.001, top + 0.024), (0.0, top + 0.024)],
            "stopper",
        )
        make.lathe(_loop_on(top + 0.024), "stopper")


def _loop_on(height: float) -> list[Point]:
    return [(0.004, height), (0.007, height + 0.004), (0.004, height + 0.008), (0.0, height + 0.008)]
