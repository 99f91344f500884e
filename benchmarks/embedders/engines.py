"""What one picture costs in each engine that is installed, and how near its vectors are to torch's in float32."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.embedders.timing import compare, take_turns
from tests.embedders.networks import build, halved, save_safetensors
from visualsearch.embedders.engines import ENGINES, build_engine, choose_engine
from visualsearch.embedders.engines.processor import count_threads
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.network import Network, fold
from visualsearch.embedders.ranges import read_ranges
from visualsearch.embedders.recipes import recipe_of
from visualsearch.embedders.weights import read_weights
from visualsearch.images import open_image
from visualsearch.vectors import normalise

BATCHES = (1, 8, 16)


def engine_names() -> list[str]:
    """Return the engines that are installed, torch in float32 first where it is."""
    installed = [name for name, kind in ENGINES.items() if find_spec(kind.library)]
    return sorted(installed, key=lambda name: name != "torch")


def measure_engines(weights: Path, photos: list[Path], rounds: int) -> dict[str, Any]:
    """Return milliseconds a picture by engine and batch, and the least cosine to the first engine's vectors."""
    network, pixels = _network(weights), _pixels(weights, photos)
    engines = {name: build_engine(network, name) for name in engine_names()}
    figures: dict[str, Any] = {name: {} for name in engines}
    for batch in BATCHES:
        ways = {name: partial(engine.run, pixels[:batch]) for name, engine in engines.items()}
        for name, seconds in take_turns(ways, rounds * 3).items():
            figures[name][f"batch_{batch}_ms"] = round(1000 * median(seconds) / batch, 2)
    vectors = {name: normalise(engine.run(pixels)[0]) for name, engine in engines.items()}
    first = next(iter(vectors.values()))
    for name, found in vectors.items():
        figures[name]["cosine_least"] = round(float(np.einsum("ij,ij->i", found, first).min()), 6)
    return {"threads": count_threads(), **figures}


def compare_with_resnet50(weights: Path, folder: Path, photos: list[Path], rounds: int) -> dict[str, Any]:
    """Return what a picture costs these weights and a ResNet-50 of chance, in the engine that is chosen for both."""
    resnet50 = folder / "resnet50.safetensors"
    save_safetensors(halved(build("resnet50").state_dict()), resnet50)
    files = {"resnet50": resnet50, "this": weights}
    # Of chance there are no ranges, so that it is one of floating point.
    name = choose_engine().name
    engines = {way: (build_engine(_network(file), name), _pixels(file, photos)) for way, file in files.items()}
    figures: dict[str, Any] = {"engine": name}
    for batch in BATCHES:
        ways = {name: partial(engine.run, pixels[:batch]) for name, (engine, pixels) in engines.items()}
        figures[f"batch_{batch}"] = compare(ways, rounds * 3, per=batch)
    return figures


def _network(weights: Path) -> Network:
    return fold(read_weights(weights), recipe_of(weights), read_ranges(weights))


def _pixels(weights: Path, photos: list[Path]) -> Pixels:
    return recipe_of(weights).fit.squares([open_image(photo) for photo in photos[: max(BATCHES)]])
