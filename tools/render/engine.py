"""Cycles, set up for many small pictures in one process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import bpy
from mathutils import Matrix, Vector
from PIL import Image


def new_scene(*, width: int, height: int, samples: int, threads: int) -> Any:
    """Empty Blender and return a scene that renders with few samples and a denoiser; 0 threads are all cores."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.use_persistent_data = True
    scene.render.threads_mode, scene.render.threads = ("FIXED", threads) if threads else ("AUTO", 1)
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.compression = 0
    scene.view_settings.view_transform = "Standard"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_denoising, cycles.denoiser = "CPU", samples, True, "OPENIMAGEDENOISE"
    cycles.denoising_quality = cycles.denoising_prefilter = "FAST"
    # Worth its cost from dozens of lights on; here are three.
    cycles.use_light_tree = False
    cycles.use_adaptive_sampling, cycles.adaptive_threshold, cycles.adaptive_min_samples = True, 0.05, 6
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces, cycles.transmission_bounces = 6, 1, 3, 6
    cycles.transparent_max_bounces, cycles.sample_clamp_indirect = 4, 6.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    return scene


def hurry(scene: Any, samples: int) -> None:
    """Take what a phone's noise hides anyway: fewer samples, three quarters of the pixels, light that bounces once."""
    scene.render.resolution_percentage = 75
    cycles = scene.cycles
    cycles.samples, cycles.adaptive_threshold, cycles.adaptive_min_samples = max(4, samples // 2), 0.1, 4
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 1, 2
    cycles.use_fast_gi, cycles.ao_bounces_render, cycles.transmission_bounces = True, 1, 4


def render(scene: Any) -> Image.Image:
    """Render the scene and return the image."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "render.png"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        with Image.open(path) as image:
            return image.convert("RGB")


def clear(things: list[Any]) -> None:
    """Remove objects, and what only they had."""
    for thing in things:
        data = thing.data
        bpy.data.objects.remove(thing, do_unlink=True)
        bpy.data.batch_remove([data])


def new_camera(scene: Any, *, lens: float) -> Any:
    """Add a camera of 36 mm film and make it the scene's."""
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.lens = lens
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera


def area_light(
    name: str, at: tuple[float, float, float], *, size: float, watts: float, target: tuple[float, ...] = (0, 0, 0.3)
) -> Any:
    """Hang up a softbox that looks at a target."""
    data = bpy.data.lights.new(name, "AREA")
    data.size, data.energy = size, watts
    light = bpy.data.objects.new(name, data)
    turn = (Vector(target) - Vector(at)).to_track_quat("-Z", "Y").to_matrix().to_4x4()
    light.matrix_world = Matrix.Translation(at) @ turn
    bpy.context.scene.collection.objects.link(light)
    return light


def set_world(scene: Any) -> Any:
    """Give the scene a sky and return the nodes of it."""
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    scene.world = world
    return world.node_tree


def use_graded_world(tree: Any, *, white: float = 1.15) -> None:
    """Show white to the camera, and a room with darker walls to whatever mirrors it."""
    tree.nodes.clear()
    output, mix = tree.nodes.new("ShaderNodeOutputWorld"), tree.nodes.new("ShaderNodeMixShader")
    plain, room = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeBackground")
    plain.inputs["Strength"].default_value, room.inputs["Strength"].default_value = white, 1.0
    plain.inputs["Color"].default_value = (1, 1, 1, 1)
    ramp, places = tree.nodes.new("ShaderNodeValToRGB"), tree.nodes.new("ShaderNodeTexCoord")
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    for element, (place, value) in zip(
        (ramp.color_ramp.elements[0], ramp.color_ramp.elements[1]), ((0.05, 0.34), (0.75, 0.75)), strict=True
    ):
        element.position, element.color = place, (value, value, value, 1)
    tree.links.new(places.outputs["Generated"], apart.inputs["Vector"])
    tree.links.new(apart.outputs["Z"], ramp.inputs["Fac"])
    tree.links.new(ramp.outputs["Color"], room.inputs["Color"])
    tree.links.new(tree.nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"], mix.inputs["Fac"])
    tree.links.new(room.outputs["Background"], mix.inputs[1])
    tree.links.new(plain.outputs["Background"], mix.inputs[2])
    tree.links.new(mix.outputs["Shader"], output.inputs["Surface"])
