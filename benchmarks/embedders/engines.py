"""What one picture costs in each engine that is installed, and how near its vectors are to torch's in float32."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.embedders.timing import compare, take_turns
from tests.embedders.networks import build
from visualsearch.embedders.engines import ENGINES, build_engine, choose_engine
from visualsearch.embedders.engines.processor import count_threads
from visualsearch.embedders.mixes import read_mix
from visualsearch.images import open_image
from visualsearch.vectors import Vectors

BATCHES = (1, 8, 16)


class Passes:
    """The networks of a file in one engine, and the squares that they see of some photos."""

    def __init__(self, weights: Path, engine: str, photos: list[Path]) -> None:
        self._mix = read_mix(weights)
        images = [open_image(photo) for photo in photos[: max(BATCHES)]]
        self._squares = [part.fit.squares(images) for part in self._mix.parts]
        self._engines = [build_engine(part.network.graph(part.fit.side), engine) for part in self._mix.parts]
        self._head = self._mix.read_head()

    def run(self, count: int) -> Vectors:
        """Return the vectors of the first so many photos."""
        features = [
            engine.run(squares[:count])[0] for engine, squares in zip(self._engines, self._squares, strict=True)
        ]
        return self._mix.vectors(np.concatenate(features, axis=1), self._head)


def engine_names() -> list[str]:
    """Return the engines that are installed, torch in float32 first where it is."""
    installed = [name for name, kind in ENGINES.items() if find_spec(kind.library)]
    return sorted(installed, key=lambda name: name != "torch")


def measure_engines(weights: Path, photos: list[Path], rounds: int) -> dict[str, Any]:
    """Return milliseconds a picture by engine and batch, and the least cosine to the first engine's vectors."""
    engines = {name: Passes(weights, name, photos) for name in engine_names()}
    figures: dict[str, Any] = {name: {} for name in engines}
    for batch in BATCHES:
        ways = {name: partial(passes.run, batch) for name, passes in engines.items()}
        for name, seconds in take_turns(ways, rounds * 3).items():
            figures[name][f"batch_{batch}_ms"] = round(1000 * median(seconds) / batch, 2)
    vectors = {name: passes.run(max(BATCHES)) for name, passes in engines.items()}
    first = next(iter(vectors.values()))
    for name, found in vectors.items():
        figures[name]["cosine_least"] = round(float(np.einsum("ij,ij->i", found, first).min()), 6)
    return {"threads": count_threads(), **figures}


def compare_with_resnet50(weights: Path, photos: list[Path], rounds: int) -> dict[str, Any]:
    """Return what a picture costs these weights and a ResNet-50 of chance at 224 pixels, both in OpenVINO."""
    # Of chance there are no ranges, so that it is one of floating point.
    name = choose_engine().name
    if ENGINES[name].library != "openvino":
        return {"engine": name, "left_out": "OpenVINO is not installed, or the setting names another engine"}
    resnet50, passes = _resnet50(name), Passes(weights, name, photos)
    pixels = np.random.default_rng(0).standard_normal((max(BATCHES), 3, 224, 224), dtype=np.float32)
    figures: dict[str, Any] = {"engine": name}
    for batch in BATCHES:
        ways = {"resnet50": partial(resnet50.infer, [pixels[:batch]]), "this": partial(passes.run, batch)}
        figures[f"batch_{batch}"] = compare(ways, rounds * 3, per=batch)
    return figures


def _resnet50(engine: str) -> Any:
    import openvino
    import torch

    model = openvino.convert_model(
        build("resnet50"), example_input=torch.zeros(1, 3, 224, 224), input=[-1, 3, 224, 224]
    )
    options = {
        "INFERENCE_PRECISION_HINT": "bf16" if engine.endswith("bf16") else "f32",
        "INFERENCE_NUM_THREADS": count_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    return openvino.Core().compile_model(model, "CPU", options).create_infer_request()
