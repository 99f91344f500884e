"""From a finish to a material: glazes, glass, metals, stones, leaves, lamps, and what two other modules make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.render.building import BUILDING
from tools.render.fabrics import FABRICS, linen
from tools.render.nodes import Nodes
from tools.render.palette import Finish, as_linear, darker, lighter, mixed

_made: dict[tuple[Finish, str], Any] = {}


def material_for(finish: Finish, axis: str = "z") -> Any:
    """Return the material of a finish, whose grain, where it has one, runs along an axis."""
    if (finish, axis) not in _made:
        nodes = Nodes(f"{finish.material} {axis}")
        MATERIALS[finish.material](nodes, finish, axis)
        _made[finish, axis] = nodes.material
    return _made[finish, axis]


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
    linen(nodes, finish, axis, strength=0.3)
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


MATERIALS: dict[str, Callable[[Nodes, Finish, str], None]] = {
    **FABRICS,
    **BUILDING,
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
    "wicker": _wicker,
    "wax": _wax,
    "leaf": _leaf,
    "soil": _soil,
    "shade": _shade,
    "bulb": _bulb,
    "opal": _opal,
}
