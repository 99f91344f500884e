"""Cloths, leather and printed paper."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from tools.render.nodes import Nodes
from tools.render.palette import Finish, as_linear, darker, lighter
from tools.render.prints import print_image


def linen(nodes: Nodes, finish: Finish, axis: str, *, thread: float = 0.0016, strength: float = 0.5) -> None:
    """Linen: threads over and under, some thicker than others; printed where the finish has a pattern."""
    places = nodes.add("ShaderNodeSeparateXYZ", Vector=nodes.metres())
    waves = [
        nodes.math("SINE", nodes.product(nodes.math("ADD", places.outputs[side], places.outputs["Z"]), 6.283 / thread))
        for side in "XY"
    ]
    weave = nodes.spread(nodes.product(*waves), 0.0, 1.0)
    slubs = nodes.noise(220, places=nodes.metres("z"), detail=2)
    shade = nodes.math("ADD", nodes.product(weave, 0.25), nodes.product(slubs, 0.75))
    if finish.pattern:
        colour = printed_colour(nodes, finish)
    else:
        colour = nodes.ramp(shade, (0.25, darker(finish.colour, 0.2)), (0.7, lighter(finish.colour, 0.08)))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.9, Sheen_Weight=0.25, Sheen_Roughness=0.5)
    nodes.bump(shade, strength, 0.001)


def _wool(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Boucle and felt: soft knots."""
    knots = nodes.add("ShaderNodeTexVoronoi", Vector=nodes.metres(), Scale=170.0, Randomness=0.9).outputs["Distance"]
    fibres = nodes.noise(260, detail=4)
    shade = nodes.math("SUBTRACT", fibres, nodes.product(knots, 0.5))
    if finish.pattern:
        colour = printed_colour(nodes, finish)
    else:
        colour = nodes.ramp(shade, (0.0, darker(finish.colour, 0.3)), (0.4, lighter(finish.colour, 0.06)))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.95, Sheen_Weight=0.4, Sheen_Roughness=0.6)
    nodes.bump(shade, 0.8, 0.003)


def _velvet(nodes: Nodes, finish: Finish, axis: str) -> None:
    strokes = nodes.noise(9, detail=3)
    nodes.set(
        nodes.surface,
        Base_Color=nodes.ramp(strokes, (0.3, darker(finish.colour, 0.22)), (0.7, finish.colour)),
        Roughness=0.75,
        Sheen_Weight=0.9,
        Sheen_Roughness=0.35,
        Sheen_Tint=as_linear(lighter(finish.colour, 0.5)),
    )
    nodes.bump(nodes.noise(700, detail=1), 0.15, 0.0006)


def _leather(nodes: Nodes, finish: Finish, axis: str) -> None:
    cells = nodes.add("ShaderNodeTexVoronoi", Vector=nodes.metres(), Scale=330.0)
    worn = nodes.noise(12, detail=4)
    colour = nodes.ramp(worn, (0.3, darker(finish.colour, 0.2)), (0.7, finish.colour))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=nodes.spread(worn, 0.36, 0.52), Coat_Weight=0.1)
    nodes.bump(cells.outputs["Distance"], 0.25, 0.0008)


def _printed(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=printed_colour(nodes, finish), Roughness=0.55)
    nodes.bump(nodes.noise(700, detail=2), 0.1, 0.0003)


def printed_colour(nodes: Nodes, finish: Finish) -> Any:
    """Return the colour of the finish's pattern at the texture coordinates."""
    image = print_image(finish.pattern, finish.colour, finish.second)
    side_x, side_y = image.size
    stored = bpy.data.images.new(finish.pattern, side_x, side_y)
    # Blender counts rows from below.
    pixels = np.asarray(image.convert("RGBA"), dtype=np.float32)[::-1] / 255
    stored.pixels.foreach_set(pixels.ravel())
    stored.pack()
    texture = nodes.add("ShaderNodeTexImage", Vector=nodes.add("ShaderNodeTexCoord").outputs["UV"])
    texture.image = stored
    return texture.outputs["Color"]


FABRICS = {"linen": linen, "wool": _wool, "velvet": _velvet, "leather": _leather, "printed": _printed}
