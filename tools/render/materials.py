"""From a finish to a material: glazes, glass, metals, woods, cloths, stones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from tools.render.nodes import Nodes
from tools.render.palette import Colour, Finish, as_linear
from tools.render.prints import print_image

_made: dict[tuple[Finish, str], Any] = {}


def material_for(finish: Finish, axis: str = "z") -> Any:
    """Return the material of a finish, whose grain, where it has one, runs along an axis."""
    if (finish, axis) not in _made:
        nodes = Nodes(f"{finish.material} {axis}")
        MATERIALS[finish.material](nodes, finish, axis)
        _made[finish, axis] = nodes.material
    return _made[finish, axis]


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour that has `share` of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: Colour, share: float = 0.25) -> Colour:
    """Return a colour nearer to black."""
    return mixed(colour, (0, 0, 0), share)


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    """Return a colour nearer to white."""
    return mixed(colour, (255, 255, 255), share)


def _glaze(nodes: Nodes, finish: Finish, axis: str) -> None:
    cloudy = nodes.ramp(nodes.noise(28), (0.3, finish.colour), (0.75, darker(finish.colour, 0.12)))
    nodes.set(nodes.surface, Base_Color=cloudy, Roughness=0.16, Coat_Weight=0.6, Coat_Roughness=0.05)
    nodes.bump(nodes.noise(60, detail=2), 0.12, 0.0006)


def _matte(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=as_linear(finish.colour), Roughness=nodes.spread(nodes.noise(40), 0.45, 0.65))
    nodes.bump(nodes.noise(500, detail=2), 0.15, 0.0003)


def _speckled(nodes: Nodes, finish: Finish, axis: str) -> None:
    """A glaze with flecks of iron in it."""
    dots = nodes.add("ShaderNodeTexVoronoi", Vector=nodes.metres(), Scale=260.0).outputs["Distance"]
    flecks = nodes.math("LESS_THAN", dots, nodes.spread(nodes.noise(160, detail=1), -0.28, 0.55))
    mix = nodes.ramp(flecks, (0.0, finish.colour), (1.0, mixed(finish.colour, (48, 36, 28), 0.75)))
    nodes.set(nodes.surface, Base_Color=mix, Roughness=0.25, Coat_Weight=0.4, Coat_Roughness=0.1)
    nodes.bump(nodes.noise(60, detail=2), 0.15, 0.0006)


def _dipped(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Two glazes, the second from above down to a soft line at half height."""
    places = nodes.add("ShaderNodeSeparateXYZ", Vector=nodes.add("ShaderNodeTexCoord").outputs["Generated"])
    wavy = nodes.math("ADD", places.outputs["Z"], nodes.spread(nodes.noise(18), -0.07, 0.07))
    colour = nodes.ramp(wavy, (0.47, finish.colour), (0.49, finish.second))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.22, Coat_Weight=0.5, Coat_Roughness=0.06)
    nodes.bump(nodes.noise(60, detail=2), 0.12, 0.0006)


def _banded(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Hand-painted bands in a second colour."""
    places = nodes.add("ShaderNodeSeparateXYZ", Vector=nodes.add("ShaderNodeTexCoord").outputs["Generated"])
    height = nodes.math("ADD", places.outputs["Z"], nodes.spread(nodes.noise(30), -0.012, 0.012))
    wave = nodes.math("PINGPONG", nodes.math("MULTIPLY", height, 5.0), 0.5)
    colour = nodes.ramp(wave, (0.16, finish.second), (0.18, finish.colour))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.25, Coat_Weight=0.5, Coat_Roughness=0.06)


def _terracotta(nodes: Nodes, finish: Finish, axis: str) -> None:
    bloom = nodes.noise(22, detail=6)
    colour = nodes.ramp(bloom, (0.35, finish.colour), (0.7, lighter(finish.colour, 0.22)))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.85)
    nodes.bump(nodes.noise(320, detail=4), 0.35, 0.0006)


def _concrete(nodes: Nodes, finish: Finish, axis: str) -> None:
    colour = nodes.ramp(
        nodes.noise(14, detail=8), (0.3, darker(finish.colour, 0.1)), (0.7, lighter(finish.colour, 0.1))
    )
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.8)
    nodes.bump(nodes.noise(180, detail=8), 0.4, 0.001)


def _marble(nodes: Nodes, finish: Finish, axis: str) -> None:
    veins = nodes.math("ABSOLUTE", nodes.math("SUBTRACT", nodes.noise(5, detail=9, distortion=1.4), 0.5))
    body = mixed(finish.colour, finish.second, 0.18)
    colour = nodes.ramp(veins, (0.0, finish.second), (0.025, body), (0.12, finish.colour))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.3)


def _glass(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(
        nodes.surface, Base_Color=as_linear(lighter(finish.colour, 0.15)), Roughness=0.02, IOR=1.45,
        Transmission_Weight=1.0,
    )  # fmt: skip
    # Light goes straight through to the ground, since a denoiser cannot save caustics from few samples.
    clear = nodes.add("ShaderNodeBsdfTransparent", Color=as_linear(lighter(finish.colour, 0.45)))
    shadow = nodes.add("ShaderNodeLightPath").outputs["Is Shadow Ray"]
    mix = nodes.add("ShaderNodeMixShader", Fac=shadow)
    nodes.link(nodes.surface.outputs["BSDF"], mix.inputs[1])
    nodes.link(clear.outputs["BSDF"], mix.inputs[2])
    nodes.link(mix.outputs["Shader"], nodes.output.inputs["Surface"])


def _metal(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Brushed along the axis."""
    scratches = nodes.noise(700, places=nodes.metres(axis), detail=2)
    nodes.set(
        nodes.surface, Base_Color=as_linear(finish.colour), Metallic=1.0, Roughness=nodes.spread(scratches, 0.2, 0.38)
    )
    nodes.bump(scratches, 0.06, 0.0003)


def _mirror(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=as_linear((225, 230, 230)), Metallic=1.0, Roughness=0.02)


def _painted(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=as_linear(finish.colour), Roughness=0.38, Coat_Weight=0.15, Coat_Roughness=0.3)
    nodes.bump(nodes.noise(900, detail=2), 0.08, 0.0003)


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


def _cloth(nodes: Nodes, finish: Finish, axis: str, *, thread: float = 0.0016, strength: float = 0.5) -> None:
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
        colour = _printed_colour(nodes, finish)
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
        colour = _printed_colour(nodes, finish)
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


def _wicker(nodes: Nodes, finish: Finish, axis: str) -> None:
    strands = nodes.noise(45, detail=4)
    colour = nodes.ramp(strands, (0.3, darker(finish.colour, 0.3)), (0.7, lighter(finish.colour, 0.1)))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.6)
    nodes.bump(nodes.noise(600, detail=2), 0.3, 0.0005)


def _wax(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(
        nodes.surface, Base_Color=as_linear(finish.colour), Roughness=0.45, Subsurface_Weight=0.35,
        Subsurface_Scale=0.01,
    )  # fmt: skip
    nodes.bump(nodes.noise(60, detail=2), 0.1, 0.0008)


def _leaf(nodes: Nodes, finish: Finish, axis: str) -> None:
    patches = nodes.noise(30, detail=3)
    colour = nodes.ramp(patches, (0.3, darker(finish.colour, 0.2)), (0.65, finish.colour), (0.8, finish.second))
    nodes.set(nodes.surface, Base_Color=colour, Roughness=0.42)


def _soil(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=as_linear(finish.colour), Roughness=1.0)
    nodes.bump(nodes.noise(120, detail=6), 1.0, 0.006)


def _shade(nodes: Nodes, finish: Finish, axis: str) -> None:
    """Cloth of a lamp that is on: it glows, most where the bulb is."""
    _cloth(nodes, finish, axis, strength=0.3)
    places = nodes.add("ShaderNodeSeparateXYZ", Vector=nodes.add("ShaderNodeTexCoord").outputs["Generated"])
    glow = nodes.math("SUBTRACT", 0.75, nodes.math("ABSOLUTE", nodes.math("SUBTRACT", places.outputs["Z"], 0.45)))
    warm = as_linear(mixed(finish.colour, (255, 206, 140), 0.45))
    nodes.set(nodes.surface, Emission_Color=warm, Emission_Strength=nodes.product(glow, 0.55))


def _bulb(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Emission_Color=as_linear((255, 226, 180)), Emission_Strength=1.6)


def _opal(nodes: Nodes, finish: Finish, axis: str) -> None:
    """White glass of a lamp that is on."""
    nodes.set(
        nodes.surface,
        Base_Color=as_linear(finish.colour),
        Roughness=0.12,
        Emission_Color=as_linear(mixed(finish.colour, (255, 226, 180), 0.5)),
        Emission_Strength=0.22,
    )


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
    nodes.set(nodes.surface, Base_Color=_printed_colour(nodes, finish), Roughness=0.85)


def _printed(nodes: Nodes, finish: Finish, axis: str) -> None:
    nodes.set(nodes.surface, Base_Color=_printed_colour(nodes, finish), Roughness=0.55)
    nodes.bump(nodes.noise(700, detail=2), 0.1, 0.0003)


def _printed_colour(nodes: Nodes, finish: Finish) -> Any:
    image = print_image(finish.pattern, finish.colour, finish.second)
    side_x, side_y = image.size
    stored = bpy.data.images.new(finish.pattern, side_x, side_y)
    flipped = image.transpose(1).convert("RGBA").tobytes()
    stored.pixels.foreach_set([value / 255 for value in flipped])
    stored.pack()
    texture = nodes.add("ShaderNodeTexImage", Vector=nodes.add("ShaderNodeTexCoord").outputs["UV"])
    texture.image = stored
    return texture.outputs["Color"]


MATERIALS: dict[str, Callable[[Nodes, Finish, str], None]] = {
    "glaze": _glaze,
    "matte": _matte,
    "speckled": _speckled,
    "dipped": _dipped,
    "banded": _banded,
    "terracotta": _terracotta,
    "concrete": _concrete,
    "marble": _marble,
    "glass": _glass,
    "metal": _metal,
    "mirror": _mirror,
    "painted": _painted,
    "wood": _wood,
    "linen": _cloth,
    "wool": _wool,
    "velvet": _velvet,
    "leather": _leather,
    "wicker": _wicker,
    "wax": _wax,
    "leaf": _leaf,
    "soil": _soil,
    "shade": _shade,
    "bulb": _bulb,
    "opal": _opal,
    "printed": _printed,
    "planks": _planks,
    "brick": _brick,
    "tiles": _tiles,
    "plaster": _plaster,
    "paper": _paper,
}
