"""Where shop pictures are taken: white ground, softboxes, a camera that frames whatever stands there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import bpy
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Matrix, Vector
from PIL import Image, ImageChops

from tools.render.engine import area_light, new_camera, new_scene, render, set_world, use_graded_world
from tools.render.maker import Maker
from tools.render.nodes import Nodes


class View(NamedTuple):
    """Where the camera stands, in degrees: round the thing from its front, and above it."""

    around: float
    above: float


VIEWS: dict[str, Sequence[View]] = {
    "table": (View(-24, 20), View(28, 34), View(-60, 12)),
    "floor": (View(-30, 14), View(34, 20), View(-78, 10)),
    "wall": (View(-14, 6), View(32, 10)),
    "seat": (View(-18, 12), View(38, 16)),
    "flat": (View(-24, 44), View(38, 28)),
}
FILLS = 0.8
"""Share of the picture's side that a thing takes up."""


class Studio:
    """The white room; things come and go, light and camera stay."""

    def __init__(self, *, size: int, samples: int, threads: int) -> None:
        self.scene = new_scene(width=size, height=size, samples=samples, threads=threads)
        use_graded_world(set_world(self.scene))
        self.camera = new_camera(self.scene, lens=85)
        self.lights = [
            area_light("key", (-1.6, -1.3, 2.3), size=1.7, watts=46),
            area_light("fill", (2.2, -1.0, 1.3), size=1.6, watts=10),
            area_light("rim", (0.7, 1.9, 1.9), size=1.3, watts=15),
        ]
        self.at = [light.matrix_world.copy() for light in self.lights]
        self.watts = [light.data.energy for light in self.lights]
        self.sizes = [light.data.size for light in self.lights]
        self.ground = _lay_ground()

    def shoot(self, thing: Maker, view: View, path: Path) -> None:
        """Render a thing from one side, and write it with ground that is white to the edges."""
        points = corners(thing)
        middle = (Vector(map(min, zip(*points, strict=True))) + Vector(map(max, zip(*points, strict=True)))) / 2
        reach = max((point - middle).length for point in points)
        self._scale_lights(reach)
        frame(self.scene, self.camera, points, middle, view, reach)
        save_white(render(self.scene), path)

    def _scale_lights(self, reach: float) -> None:
        self.ground.scale = (reach, reach, 1.0)
        for light, at, watts, size in zip(self.lights, self.at, self.watts, self.sizes, strict=True):
            light.matrix_world = Matrix.Translation(at.translation * reach) @ at.to_3x3().to_4x4()
            light.data.energy, light.data.size = watts * reach * reach, size * reach


def corners(thing: Maker) -> list[Any]:
    """Return places all over the thing's surface, in the world; at most a few hundred of each part."""
    graph, found = bpy.context.evaluated_depsgraph_get(), []
    graph.update()
    for part in thing.objects:
        shown = part.evaluated_get(graph)
        mesh = shown.to_mesh()
        step = max(1, len(mesh.vertices) // 400)
        found += [part.matrix_world @ vertex.co for vertex in list(mesh.vertices)[::step]]
        shown.to_mesh_clear()
    return found


def look_at(camera: Any, place: Any, target: Any, roll: float = 0.0) -> None:
    """Put a camera at a place and turn it towards a target."""
    turn = (target - place).to_track_quat("-Z", "Y").to_matrix().to_4x4()
    camera.matrix_world = Matrix.Translation(place) @ turn @ Matrix.Rotation(roll, 4, "Z")


def frame(scene: Any, camera: Any, points: Sequence[Any], middle: Any, view: View, reach: float) -> None:
    """Go as near as the picture allows, with the thing in its middle."""
    around, above = math.radians(view.around), math.radians(view.above)
    way = Vector((math.sin(around) * math.cos(above), -math.cos(around) * math.cos(above), math.sin(above)))
    distance, camera.data.shift_x, camera.data.shift_y = reach * 6, 0.0, 0.0
    camera.data.clip_start, camera.data.clip_end = reach * 0.1, reach * 100
    for _ in range(4):
        look_at(camera, middle + way * distance, middle)
        left, right, low, high = seen(scene, camera, points)
        distance *= max(right - left, high - low) / FILLS
    look_at(camera, middle + way * distance, middle)
    left, right, low, high = seen(scene, camera, points)
    camera.data.shift_x, camera.data.shift_y = (left + right) / 2 - 0.5, (low + high) / 2 - 0.5


def seen(scene: Any, camera: Any, points: Sequence[Any]) -> tuple[float, float, float, float]:
    """Return left, right, low and high of places in the picture, as fractions from its lower left corner."""
    bpy.context.view_layer.update()
    found = [world_to_camera_view(scene, camera, point) for point in points]
    return min(p.x for p in found), max(p.x for p in found), min(p.y for p in found), max(p.y for p in found)


def save_white(image: Image.Image, path: Path) -> None:
    """Write a picture whose outermost pixels fade into pure white."""
    side = image.width
    edge = Image.linear_gradient("L").resize((side, side))
    mask = Image.new("L", image.size, 255)
    for turned in (edge, edge.rotate(90), edge.rotate(180), edge.rotate(270)):
        near = turned.point([min(255, round(value / 255 * 12 * 255)) for value in range(256)])
        mask = ImageChops.darker(mask, near)
    white = Image.new("RGB", image.size, (255, 255, 255))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.composite(image, white, mask).save(path, quality=82, optimize=True, progressive=True)


def _lay_ground() -> Any:
    """Lay ground that takes shadows near the thing and gives way to the white sky farther out."""
    data = bpy.data.meshes.new("ground")
    data.from_pydata([(-4, -4, 0), (4, -4, 0), (4, 4, 0), (-4, 4, 0)], [], [(0, 1, 2, 3)])
    nodes = Nodes("ground")
    nodes.set(nodes.surface, Base_Color=(0.9, 0.9, 0.9, 1.0), Roughness=1.0, Specular_IOR_Level=0.0)
    # The camera sees it brighter than it is, so that all but the shadow is pure white.
    camera = nodes.add("ShaderNodeLightPath").outputs["Is Camera Ray"]
    nodes.set(nodes.surface, Emission_Color=(1, 1, 1, 1), Emission_Strength=nodes.product(camera, 0.45))
    far = nodes.add("ShaderNodeVectorMath", Vector=nodes.metres())
    far.operation = "LENGTH"
    fade = nodes.add("ShaderNodeMapRange", Value=far.outputs["Value"])
    nodes.set(fade, From_Min=1.3, From_Max=2.4)
    mix = nodes.add("ShaderNodeMixShader", Fac=fade.outputs["Result"])
    nodes.link(nodes.surface.outputs["BSDF"], mix.inputs[1])
    nodes.link(nodes.add("ShaderNodeBsdfTransparent").outputs["BSDF"], mix.inputs[2])
    nodes.link(mix.outputs["Shader"], nodes.output.inputs["Surface"])
    data.materials.append(nodes.material)
    ground = bpy.data.objects.new("ground", data)
    bpy.context.scene.collection.objects.link(ground)
    return ground
