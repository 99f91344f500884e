"""Wood, and what rooms are made of: boards, bricks, tiles, plaster, wallpaper."""

from __future__ import annotations

from typing import Any

from tools.render.fabrics import printed_colour
from tools.render.nodes import Nodes
from tools.render.palette import Finish, as_linear, darker, lighter


def _wood(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Rings of the tree, cut lengthwise, with fine pores."""
    along = nodes.metres(axis)
    wander = nodes.noise(9, places=along, detail=3, distortion=0.6)
    rings = nodes.math("SINE", nodes.product(wander, 42.0))
    pores = nodes.noise(420, places=along, detail=2)
    grain = nodes.math("ADD", nodes.spread(rings, 0.12, 0.42), nodes.product(pores, 0.55))
    light, dark = lighter(finish.colour, 0.1), darker(finish.colour, 0.34)
    nodes.set(
        nodes.surface,
        Base_Color=nodes.ramp(grain, (0.28, dark), (0.5, finish.colour), (0.8, light)),
        Roughness=nodes.spread(pores, 0.5, 0.36),
    )
    nodes.bump(grain, 0.1, 0.0006)


def _planks(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Floor boards along x, each of another tone."""
    _wood(nodes, finish, "x")
    grain = nodes.surface.inputs["Base Color"].links[0].from_socket
    boards = _bricks(nodes, finish, width=1.3, height=0.14, joint=0.002)
    tone = nodes.add("ShaderNodeMix")
    tone.data_type, tone.blend_type = "RGBA", "MULTIPLY"
    for socket, value in zip((tone.inputs[6], tone.inputs[7]), (grain, boards), strict=True):
        nodes.link(value, socket)
    tone.inputs[0].default_value = 1.0
    nodes.link(tone.outputs[2], nodes.surface.inputs["Base Color"])
    nodes.set(nodes.surface, Roughness=0.4)


def _bricks(nodes: Nodes, finish: Finish, *, width: float, height: float, joint: float, upright: bool = False) -> Any:
    places = nodes.metres()
    if upright:
        turned = nodes.add("ShaderNodeSeparateXYZ", Vector=places)
        along = nodes.math("ADD", turned.outputs["X"], turned.outputs["Y"])
        places = nodes.add("ShaderNodeCombineXYZ", X=along, Y=turned.outputs["Z"]).outputs["Vector"]
    wall = nodes.add("ShaderNodeTexBrick", Vector=places, Scale=1.0)
    nodes.set(wall, Color1=(1, 1, 1, 1), Color2=(0.6, 0.6, 0.6, 1), Mortar=(0.25, 0.22, 0.2, 1), Mortar_Size=joint)
    nodes.set(wall, Brick_Width=width, Row_Height=height)
    return wall.outputs["Color"]


def _brick(nodes: Nodes, finish: Finish, axis: str) -> None:
    wall = _bricks(nodes, finish, width=0.24, height=0.075, joint=0.006, upright=True)
    joint = darker(lighter(finish.colour, 0.55), 0.2)
    blotched = nodes.math("MULTIPLY", wall, nodes.spread(nodes.noise(30, detail=5), 0.75, 1.15))
    colour = nodes.ramp(
        blotched, (0.24, joint), (0.34, darker(finish.colour, 0.35)), (0.9, lighter(finish.colour, 0.1))
    )
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.9)
    nodes.bump(blotched, 0.6, 0.006)


def _tiles(nodes: Nodes, finish: Finish, axis: str) -> None:
    wall = nodes.add("ShaderNodeTexBrick", Vector=nodes.metres(), Scale=1.0)
    wall.offset = 0.0
    nodes.set(wall, Color1=as_linear(finish.colour), Color2=as_linear(lighter(finish.colour, 0.12)), Mortar_Size=0.004)
    nodes.set(wall, Mortar=as_linear(darker(finish.colour, 0.35)), Brick_Width=0.3, Row_Height=0.3)
    nodes.set(nodes.surface, Base_Color=wall.outputs["Color"], Roughness=0.3)


def _plaster(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=as_linear(finish.colour), Roughness=0.9)
    nodes.bump(nodes.noise(90, detail=4), 0.12, 0.002)


def _paper(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=printed_colour(nodes, finish), Roughness=0.85)


BUILDING = {
    "wood": _wood,
    "planks": _planks,
    "brick": _brick,
    "tiles": _tiles,
    "plaster": _plaster,
    "paper": _paper,
}
