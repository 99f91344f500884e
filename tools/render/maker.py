"""Makes the parts of a thing: turned, sawn, bent and upholstered, each in one of the thing's finishes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import bpy
from mathutils import Euler, Matrix, Vector

from tools.render.curves import Point, smooth
from tools.render.materials import material_for
from tools.render.palette import Finish

SHARP = math.radians(40)
UPRIGHT = (math.pi / 2, 0.0, 0.0)


class Maker:
    """Collects the objects of one thing, in metres, standing on z = 0 with its front towards -y."""

    def __init__(self, finishes: Mapping[str, Finish], seed: int) -> None:
        self.finishes = finishes
        self.random = random.Random(seed)
        self.objects: list[Any] = []

    def place(self, matrix: Matrix) -> None:
        """Move the whole thing."""
        for thing in self.objects:
            thing.matrix_world = matrix @ thing.matrix_world

    def lathe(self, profile: Sequence[Point], part: str, *, segments: int = 72, squash: float = 1.0) -> Any:
        """Turn a profile of (radius, height) about the z axis."""
        rows = len(profile)
        turns = [2 * math.pi * step / segments for step in range(segments)]
        vertices = [(r * math.cos(t), r * math.sin(t) * squash, z) for t in turns for r, z in profile]
        faces = [
            (a * rows + b, (a + 1) % segments * rows + b, (a + 1) % segments * rows + b + 1, a * rows + b + 1)
            for a in range(segments)
            for b in range(rows - 1)
        ]
        return self.mesh(vertices, faces, part, weld=True)

    def box(
        self,
        size: tuple[float, float, float],
        centre: tuple[float, float, float],
        part: str,
        *,
        bevel: float = 0.004,
        turn: tuple[float, float, float] = (0, 0, 0),
    ) -> Any:
        """Saw a box with softened edges; its grain runs along the longest side."""
        x, y, z = (side / 2 for side in size)
        vertices = [(i * x, j * y, k * z) for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)]
        faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        axis = "xyz"[max(range(3), key=lambda side: size[side])]
        thing = self.mesh(vertices, faces, part, axis=axis)
        edge = thing.modifiers.new("edge", "BEVEL")
        edge.width, edge.segments, edge.harden_normals = min(bevel, min(size) * 0.45), 3, True
        thing.matrix_world = Matrix.Translation(centre) @ Euler(turn).to_matrix().to_4x4()
        return thing

    def tube(
        self,
        points: Sequence[Point],
        radius: float | Sequence[float],
        part: str,
        *,
        closed: bool = False,
        bend: bool = True,
    ) -> Any:
        """Bend a rod through points; a sequence of radii, one a point, makes it taper."""
        return self.tubes([points], radius, part, closed=closed, bend=bend)

    def tubes(
        self,
        paths: Sequence[Sequence[Point]],
        radius: float | Sequence[float],
        part: str,
        *,
        closed: bool = False,
        bend: bool = True,
    ) -> Any:
        """Bend several rods that are one object."""
        data = bpy.data.curves.new(part, "CURVE")
        data.dimensions, data.bevel_depth, data.bevel_resolution, data.use_fill_caps = "3D", 1.0, 3, True
        for path in paths:
            radii = list(radius) if isinstance(radius, Sequence) else [radius] * len(path)
            along = [(*point, size) for point, size in zip(path, radii, strict=True)]
            along = smooth(along, 6) if bend and not closed else along
            spline = data.splines.new("POLY")
            spline.points.add(len(along) - 1)
            spline.use_cyclic_u, spline.use_smooth = closed, True
            for point, (x, y, z, size) in zip(spline.points, along, strict=True):
                point.co, point.radius = (x, y, z, 1.0), size
        axis = _axis_of(Vector(paths[0][-1]) - Vector(paths[0][0]))
        return self._keep(bpy.data.objects.new(part, data), part, axis)

    def leg(self, top: Point, bottom: Point, part: str, radius: float = 0.016, end: float | None = None) -> Any:
        """Turn a straight leg that may taper."""
        return self.tube([top, bottom], [radius, radius if end is None else end], part, bend=False)

    def pad(
        self, size: tuple[float, float, float], centre: tuple[float, float, float], part: str, **options: Any
    ) -> Any:
        """Upholster a block with full cheeks; `corner` goes from 0.1 (crisp) to 1 (an egg), `turn` is as a box's."""
        corner, rows, columns = options.get("corner", 0.28), 28, 48

        def point(u: float, v: float) -> Point:
            around, up = 2 * math.pi * u, math.pi * (v - 0.5)
            across = _power(math.cos(up), corner)
            return (
                size[0] / 2 * across * _power(math.cos(around), corner),
                size[1] / 2 * across * _power(math.sin(around), corner),
                size[2] / 2 * _power(math.sin(up), corner * 1.5),
            )

        thing = self.surface(point, columns, rows, part, weld=True)
        thing.matrix_world = Matrix.Translation(centre) @ Euler(options.get("turn", (0, 0, 0))).to_matrix().to_4x4()
        return thing

    def surface(
        self,
        point: Callable[[float, float], Point],
        columns: int,
        rows: int,
        part: str,
        *,
        thickness: float = 0.0,
        weld: bool = False,
    ) -> Any:
        """Span a surface of (u, v), both from 0 to 1, which are its texture coordinates as well."""
        places = [(u / columns, v / rows) for v in range(rows + 1) for u in range(columns + 1)]
        width = columns + 1
        faces = [
            (v * width + u, v * width + u + 1, (v + 1) * width + u + 1, (v + 1) * width + u)
            for v in range(rows)
            for u in range(columns)
        ]
        thing = self.mesh([point(u, v) for u, v in places], faces, part, places=places, weld=weld)
        if thickness:
            solid = thing.modifiers.new("solid", "SOLIDIFY")
            solid.thickness, solid.offset = thickness, 0.0
            edge = thing.modifiers.new("edge", "BEVEL")
            edge.width, edge.segments = thickness * 0.3, 2
        return thing

    def mesh(
        self,
        vertices: Sequence[Point],
        faces: Sequence[Sequence[int]],
        part: str,
        *,
        axis: str = "z",
        places: Sequence[Point] = (),
        weld: bool = False,
    ) -> Any:
        """Add an object of vertices and faces; `places` are texture coordinates of the vertices."""
        data = bpy.data.meshes.new(part)
        data.from_pydata(vertices, [], faces)
        if places:
            layer = data.uv_layers.new(name="UVMap")
            for loop in data.loops:
                layer.data[loop.index].uv = places[loop.vertex_index]
        data.shade_smooth()
        thing = self._keep(bpy.data.objects.new(part, data), part, axis)
        if weld:
            thing.modifiers.new("weld", "WELD").merge_threshold = 1e-5
        data.set_sharp_from_angle(angle=SHARP)
        return thing

    def _keep(self, thing: Any, part: str, axis: str) -> Any:
        thing.data.materials.append(material_for(self.finishes[part], axis))
        bpy.context.scene.collection.objects.link(thing)
        self.objects.append(thing)
        return thing


def _power(value: float, exponent: float) -> float:
    return math.copysign(abs(value) ** exponent, value)


def _axis_of(direction: Any) -> str:
    return "xyz"[max(range(3), key=lambda side: abs(direction[side]))]
