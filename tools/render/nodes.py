"""Short words for building the shader nodes of a material."""

from __future__ import annotations

from typing import Any

import bpy

from tools.render.palette import Colour, as_linear

STRETCHED = {"x": (0.08, 1.0, 1.0), "y": (1.0, 0.08, 1.0), "z": (1.0, 1.0, 0.08)}


class Nodes:
    """The nodes of one material, with its principled shader as `surface`."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.add("ShaderNodeOutputMaterial")
        self.surface = self.add("ShaderNodeBsdfPrincipled")
        self.link(self.surface.outputs["BSDF"], self.output.inputs["Surface"])

    def add(self, kind: str, **inputs: Any) -> Any:
        """Add a node; what is given for an input is a value or another node's output."""
        node = self.tree.nodes.new(kind)
        self.set(node, **inputs)
        return node

    def set(self, node: Any, **inputs: Any) -> None:
        """Set inputs by their names, with "_" for a space."""
        for name, value in inputs.items():
            place = node.inputs[name.replace("_", " ")]
            if isinstance(value, bpy.types.NodeSocket):
                self.link(value, place)
            else:
                place.default_value = value

    def link(self, source: Any, target: Any) -> None:
        """Lead an output into an input."""
        self.tree.links.new(source, target)

    def metres(self, axis: str = "") -> Any:
        """Return places on the thing in metres, compressed along `axis` so that patterns are long there."""
        places = self.add("ShaderNodeTexCoord").outputs["Object"]
        if not axis:
            return places
        return self.add("ShaderNodeMapping", Vector=places, Scale=STRETCHED[axis]).outputs["Vector"]

    def noise(self, scale: float, *, places: Any = None, detail: float = 3.0, distortion: float = 0.0) -> Any:
        """Return soft noise from 0 to 1."""
        places = places if places is not None else self.metres()
        node = self.add("ShaderNodeTexNoise", Vector=places, Scale=scale, Detail=detail, Distortion=distortion)
        return node.outputs["Fac"]

    def ramp(self, value: Any, *stops: tuple[float, Colour]) -> Any:
        """Return the colour that a value has between stops of (place, colour)."""
        node = self.add("ShaderNodeValToRGB", Fac=value)
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(1.0)
        for element, (place, colour) in zip(elements, stops, strict=True):
            element.position, element.color = place, as_linear(colour)
        return node.outputs["Color"]

    def spread(self, value: Any, low: float, high: float) -> Any:
        """Return a value of 0 to 1 between two others."""
        node = self.add("ShaderNodeMapRange", Value=value)
        self.set(node, To_Min=low, To_Max=high)
        return node.outputs["Result"]

    def bump(self, height: Any, strength: float, distance: float = 0.001) -> None:
        """Let the surface look as high as `height` says, `distance` in metres."""
        normal = self.add("ShaderNodeBump", Height=height, Strength=strength, Distance=distance)
        self.link(normal.outputs["Normal"], self.surface.inputs["Normal"])

    def product(self, first: Any, second: Any) -> Any:
        """Return the product of two values."""
        return self.math("MULTIPLY", first, second)

    def math(self, operation: str, *values: Any) -> Any:
        """Return what an operation of Blender's Math node makes of values."""
        node = self.add("ShaderNodeMath")
        node.operation = operation
        for place, value in zip(node.inputs, values, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                self.link(value, place)
            else:
                place.default_value = value
        return node.outputs["Value"]
