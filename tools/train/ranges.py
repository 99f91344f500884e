"""What the values lie between that convolutions of a finished network are given: what 8-bit integers have to hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from tools.train.network import STRETCH
from visualsearch.embedders.engines import build_engine
from visualsearch.embedders.fitting import Fit, Pixels
from visualsearch.embedders.graph import Graph
from visualsearch.embedders.ranges import Ranges, ranges_path, write_ranges
from visualsearch.embedders.recipes import recipe_of
from visualsearch.embedders.residual import build_residual
from visualsearch.embedders.weights import digest_of_weights, read_weights

AT_ONCE = 32
EXACT = "layer1.0.conv1"
"""Stays in floating point, and has no range: by itself it made more of the error than all the others together."""


def store_ranges(weights: Path, images: list[Image.Image], side: int) -> None:
    """Measure with these pictures what values lie between in a network of the package, and put that beside its weights.

    Of the convolutions of its blocks, `EXACT` left out.
    """
    graph = build_residual(recipe_of(weights), read_weights(weights), side=side)
    blocks = [key for key in graph.convolutions if key.startswith("layer") and key != EXACT]
    ranges = measure_ranges(graph, Fit(side, STRETCH).squares(images), blocks)
    write_ranges(ranges_path(weights), digest_of_weights(weights), ranges)


def measure_ranges(graph: Graph, squares: Pixels, convolutions: Collection[str]) -> Ranges:
    """Return what the values lie between that any square brings to each of these convolutions, by its key, and 0."""
    taken = {key: graph.operations[key].inputs[0] for key in convolutions}
    names = tuple(dict.fromkeys(taken.values()))
    engine = build_engine(replace(graph, outputs=names), "openvino")
    found = dict.fromkeys(names, (0.0, 0.0))
    for start in tqdm(range(0, len(squares), AT_ONCE), desc="ranges", unit="batch", disable=None):
        for name, values in zip(names, engine.run(squares[start : start + AT_ONCE]), strict=True):
            low, high = found[name]
            found[name] = min(low, float(values.min())), max(high, float(values.max()))
    return {key: found[name] for key, name in taken.items()}
