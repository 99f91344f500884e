"""Furnished corners: floors, walls, windows, and what lies about that nobody sells."""

from __future__ import annotations

import math
import random
from typing import Any

import bpy
from mathutils import Vector

from tools.render.engine import area_light
from tools.render.maker import Maker
from tools.render.palette import read_look

FLOORS = (
    "planks:oak",
    "planks:walnut",
    "planks:ash",
    "tiles:stone",
    "tiles:cream",
    "wool:mist",
    "wool:oat",
    "concrete:stone",
)
WALLS = (
    "plaster:white", "plaster:chalk", "plaster:sage", "plaster:blush", "plaster:petrol", "plaster:sand", "plaster:mist",
    "brick:brick", "brick:white", "paper:cream:sage:leaves", "paper:white:sky:fine_stripes", "paper:oat:rust:dots",
    "paper:mist:navy:lattice",
)  # fmt: skip
TOPS = (
    "wood:oak",
    "wood:walnut",
    "wood:ash",
    "matte:white",
    "marble:white:slate",
    "linen:oat",
    "painted:sage",
    "wood:teak",
)
LIGHTS = ("window", "window", "sun", "evening", "grey day", "ceiling")


def furnish(random_: random.Random, top: float, back: float, *, is_wall_free: bool = False) -> Maker:
    """Build a corner with its wall at y = `back`; `top` is the height of a table, 0 for none.

    A free wall has no picture, since a product hangs there.
    """
    wall, trim = random_.choice(WALLS), random_.choice(("painted:white", "painted:white", "wood:oak"))
    look = f"floor={random_.choice(FLOORS)} wall={wall} trim={trim} top={random_.choice(TOPS)} " + TRIFLES
    make = Maker(read_look(look), random_.randrange(10**6))
    _plane(make, "floor", lambda u, v: (8 * u - 4, 8 * v - 6, 0.0), 4.0)
    _plane(make, "wall", lambda u, v: (8 * u - 4, back, 2.7 * v), 3.0)
    _plane(make, "wall", lambda u, v: (-1.9, back - 8 * u, 2.7 * v), 3.0)
    make.box((8, 0.018, 0.1), (0, back - 0.009, 0.05), "trim", bevel=0.004)
    make.box((0.018, 8, 0.1), (-1.89, back - 4, 0.05), "trim", bevel=0.004)
    if top:
        make.box((1.7, 0.95, 0.035), (0, 0.02, top - 0.0175), "top", bevel=0.006)
        for x in (-0.75, 0.75):
            make.box((0.06, 0.8, top - 0.035), (x, 0.0, (top - 0.035) / 2), "top", bevel=0.004)
    if not is_wall_free:
        _hang_picture(make, random_, back, max(top, 0.6))
    return make


TRIFLES = (
    "card=matte:camel paper=matte:paper glass=glass:clear dark=painted:black apple=glaze:moss "
    "orange=wax:mustard cloth=linen:sky frame=wood:black_oak "
    "art=printed:cream:terracotta:arches art2=printed:sage:cream:leaves"
)


def _plane(make: Maker, part: str, point: Any, repeats: float) -> None:
    """Span a floor or wall, on which a print repeats so often."""
    thing = make.surface(point, 1, 1, part)
    for place in thing.data.uv_layers[0].data:
        place.uv = (place.uv[0] * repeats * 8 / 2.7, place.uv[1] * repeats)


def _hang_picture(make: Maker, random_: random.Random, back: float, low: float) -> None:
    x, z, half = random_.uniform(-0.7, 0.7), low + random_.uniform(0.55, 0.8), random_.uniform(0.16, 0.28)
    make.box((half * 2 + 0.04, 0.025, half * 2.6 + 0.04), (x, back - 0.013, z), "frame", bevel=0.003)
    make.surface(
        lambda u, v: (x + (2 * u - 1) * half, back - 0.028, z + (2 * v - 1) * half * 1.3), 1, 1,
        random_.choice(("art", "art2")),
    )  # fmt: skip


def add_trifle(make: Maker, random_: random.Random, x: float, y: float, z: float) -> None:
    """Leave something about that is no product: a parcel, letters, a glass, a phone, fruit, a folded cloth."""
    turn = (0.0, 0.0, random_.uniform(0, 3.1))
    kind = random_.choice(("parcel", "letters", "glass", "phone", "fruit", "cloth"))
    if kind == "parcel":
        make.box((0.16, 0.12, 0.07), (x, y, z + 0.035), "card", bevel=0.002, turn=turn)
    elif kind == "letters":
        for sheet in range(4):
            place = (x + random_.uniform(-0.015, 0.015), y, z + 0.001 + sheet * 0.0016)
            make.box((0.21, 0.14, 0.0014), place, "paper", bevel=0.0002, turn=(0, 0, turn[2] + sheet * 0.07))
    elif kind == "glass":
        profile = [(0.0, 0.0), (0.032, 0.0), (0.036, 0.1), (0.034, 0.1), (0.03, 0.006), (0.0, 0.006)]
        make.lathe(profile, "glass").location = (x, y, z)
    elif kind == "phone":
        make.box((0.072, 0.148, 0.008), (x, y, z + 0.004), "dark", bevel=0.003, turn=turn)
    elif kind == "fruit":
        for piece in range(3):
            angle = turn[2] + piece * 2.1
            at = (x + 0.042 * math.cos(angle), y + 0.042 * math.sin(angle), z + 0.035)
            make.pad((0.074, 0.074, 0.068), at, random_.choice(("apple", "orange")), corner=1.0)
    else:
        make.pad((0.24, 0.17, 0.045), (x, y, z + 0.022), "cloth", corner=0.25, turn=turn)


def light_room(random_: random.Random, tree: Any, target: tuple[float, float, float]) -> list[Any]:
    """Light a corner as one of LIGHTS and return the lamps; `tree` are the nodes of the sky."""
    mood = random_.choice(LIGHTS)
    tree.nodes.clear()
    output, sky = tree.nodes.new("ShaderNodeOutputWorld"), tree.nodes.new("ShaderNodeBackground")
    tree.links.new(sky.outputs["Background"], output.inputs["Surface"])
    warm, cool = (1.0, 0.72, 0.45), (0.82, 0.9, 1.0)
    strength = {"evening": 0.12, "grey day": 0.7, "ceiling": 0.35}.get(mood, 0.42)
    sky.inputs["Strength"].default_value = strength * random_.uniform(0.85, 1.2)
    sky.inputs["Color"].default_value = (*(warm if mood in ("evening", "ceiling") else cool), 1)
    side = random_.choice((-1, 1, 1))
    x, y, z = target
    lamps = []
    if mood in ("window", "sun", "grey day"):
        watts = {"window": 75, "sun": 35, "grey day": 30}[mood]
        lamps.append(_lamp("window", (x + side * 1.6, y - 1.0, z + 1.0), 1.2, watts, cool, target))
    if mood == "sun":
        lamps.append(_sun(side, random_))
    elif mood == "evening":
        lamps.append(_lamp("lamp", (x + side * 0.8, y - 0.25, z + 0.75), 0.25, 24, warm, target))
        lamps.append(_lamp("far lamp", (x - side * 1.5, y - 1.5, z + 1.0), 0.5, 16, warm, target))
    elif mood == "ceiling":
        lamps.append(_lamp("ceiling", (x + side * 0.4, y - 0.7, z + 1.5), 0.45, 52, (1.0, 0.85, 0.66), target))
    return lamps


def _lamp(name: str, at: tuple[float, float, float], size: float, watts: float, colour: Any, target: Any) -> Any:
    light = area_light(name, at, size=size, watts=watts, target=target)
    light.data.color = colour
    return light


def _sun(side: int, random_: random.Random) -> Any:
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.angle, data.color = random_.uniform(2.2, 3.4), 0.02, (1.0, 0.9, 0.74)
    sun = bpy.data.objects.new("sun", data)
    way = Vector((-side * random_.uniform(0.5, 1.0), random_.uniform(0.3, 0.9), -random_.uniform(0.5, 0.9)))
    sun.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(sun)
    return sun


def table_height(where: str) -> float:
    """Return how high a product is put: things of a table on one, all else on the floor."""
    return 0.74 if where == "table" else 0.0
