"""Shows 3D models from several sides, on transparent ground: `python -m tools.train.turntable MODELS OUT`.

Needs `vtk` alone, with a Mesa that draws without a screen; a processor draws seven views a second.
"""

from __future__ import annotations

import math
import random
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import vtk
from PIL import Image
from vtk.util.numpy_support import vtk_to_numpy

SIDE, VIEWS = 288, 4
"""Pixels each way before the ground is cut off, views of each model."""


def main() -> None:
    """Draw every Wavefront model below a folder; what cannot be seen is left out and named."""
    models, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    context = get_context("fork")
    for model in sorted(models.rglob("*.obj")):
        name = "_".join(model.relative_to(models).with_suffix("").parts)
        # In a process of its own: some models end the one that reads them.
        drawing = context.Process(target=_draw, args=(model, out / name))
        drawing.start()
        drawing.join()
        if not (out / f"{name}@0.png").exists():
            print(f"{name} cannot be seen")


def _draw(model: Path, out: Path) -> None:
    pictures = [picture for picture in _turn(model, random.Random(out.name)) if picture is not None]
    for number, picture in enumerate(pictures if len(pictures) > 1 else []):
        picture.save(out.with_name(f"{out.name}@{number}.png"))


def _turn(model: Path, random_: random.Random) -> list[Image.Image | None]:
    """Return the views of one model; the first is about how a shop would show it."""
    window, renderer = _open(model)
    bounds = renderer.ComputeVisiblePropBounds()
    size = math.dist(bounds[::2], bounds[1::2])
    if not 0 < size < math.inf:
        return []
    sides = [(random_.uniform(20, 35), random_.uniform(8, 18))]
    sides += [(random_.uniform(-65, 65), random_.uniform(0, 45)) for _ in range(VIEWS - 1)]
    views = []
    for azimuth, height in sides:
        _place(renderer, bounds, size, math.radians(azimuth), math.radians(height))
        _light(renderer, size, random_)
        views.append(_cut(_shoot(window)))
    window.Finalize()
    return views


def _open(model: Path) -> tuple[vtk.vtkRenderWindow, vtk.vtkRenderer]:
    importer = vtk.vtkOBJImporter()
    importer.SetFileName(str(model))
    importer.SetFileNameMTL(str(_materials(model)))
    importer.SetTexturePath(str(model.parent))
    window, renderer = vtk.vtkRenderWindow(), vtk.vtkRenderer()
    window.SetOffScreenRendering(1)
    window.SetSize(SIDE, SIDE)
    window.SetMultiSamples(8)
    window.SetAlphaBitPlanes(1)
    renderer.SetBackgroundAlpha(0)
    window.AddRenderer(renderer)
    importer.SetRenderWindow(window)
    importer.Update()
    for actor in list(renderer.GetActors()):
        # Models state their own share of light from everywhere, often all of it: white would be without shape.
        actor.GetProperty().SetAmbient(0.12)
        actor.GetProperty().SetAmbientColor(actor.GetProperty().GetDiffuseColor())
    return window, renderer


def _materials(model: Path) -> Path:
    """Return the file of materials that a model names; its own name where it names none."""
    with model.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("mtllib "):
                return model.parent / line.removeprefix("mtllib ").strip()
    return model.with_suffix(".mtl")


def _place(renderer: vtk.vtkRenderer, bounds: tuple[float, ...], size: float, azimuth: float, height: float) -> None:
    middle = [(low + high) / 2 for low, high in zip(bounds[::2], bounds[1::2], strict=True)]
    camera = renderer.GetActiveCamera()
    camera.SetViewAngle(25)
    camera.SetFocalPoint(*middle)
    direction = (math.cos(height) * math.sin(azimuth), math.sin(height), math.cos(height) * math.cos(azimuth))
    camera.SetPosition(*(place + 2.4 * size * part for place, part in zip(middle, direction, strict=True)))
    camera.SetViewUp(0, 1, 0)
    renderer.ResetCameraClippingRange()


def _light(renderer: vtk.vtkRenderer, size: float, random_: random.Random) -> None:
    renderer.RemoveAllLights()
    for strength, height in ((random_.uniform(0.5, 0.7), 1.0), (random_.uniform(0.15, 0.35), 0.2)):
        light = vtk.vtkLight()
        light.SetLightTypeToSceneLight()
        light.SetPosition(random_.uniform(-1, 1) * 10 * size, height * 10 * size, 10 * size)
        light.SetIntensity(strength)
        renderer.AddLight(light)


def _shoot(window: vtk.vtkRenderWindow) -> Image.Image:
    window.Render()
    taken = vtk.vtkWindowToImageFilter()
    taken.SetInput(window)
    taken.SetInputBufferTypeToRGBA()
    taken.ReadFrontBufferOff()
    taken.Update()
    values = vtk_to_numpy(taken.GetOutput().GetPointData().GetScalars())
    return Image.fromarray(np.ascontiguousarray(values.reshape(SIDE, SIDE, 4)[::-1]))


def _cut(picture: Image.Image) -> Image.Image | None:
    """Return the thing with little around it, at most 192 pixels each way; nothing where hardly anything is seen."""
    box = picture.getchannel("A").getbbox()
    if box is None:
        return None
    cut = picture.crop(box)
    covered = np.asarray(cut.getchannel("A")).mean() / 255 * cut.width * cut.height / SIDE**2
    cut.thumbnail((192, 192), Image.Resampling.LANCZOS)
    return cut if covered > 0.01 else None


if __name__ == "__main__":
    main()
