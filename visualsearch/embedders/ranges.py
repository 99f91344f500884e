"""How high the values go that a network's convolutions are given: what computing in 8-bit integers needs to know.

They lie in a file beside the weights, since they change no vector's meaning: the index stays as it is when they come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from visualsearch.embedders.weights import digest_of_weights
from visualsearch.exceptions import EmbedderUnavailable

Ranges = Mapping[str, float]
"""The highest value that reaches a convolution, above 0, by its key in the state dict; the least is 0, after ReLU.

A convolution without one is computed in float32.
"""


_MEND = "Measure them anew, or remove the file: then float32 is computed with."


def ranges_path(weights: Path) -> Path:
    """Return where the ranges of a file of weights lie."""
    return weights.with_suffix(".ranges.json")


def read_ranges(weights: Path) -> Ranges:
    """Return the ranges beside these weights, empty where nobody measured them.

    Raises EmbedderUnavailable when they are damaged, or of other weights.
    """
    path = ranges_path(weights)
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        highest = {str(key): float(value) for key, value in known["highest"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise EmbedderUnavailable(f"Expected the ranges of {weights.name} in {path}: {error}. {_MEND}") from error
    if known.get("digest") != _digest(weights):
        raise EmbedderUnavailable(f"Expected {path} to be measured with {weights.name}, not other weights. {_MEND}")
    if not all(isfinite(value) and value > 0 for value in highest.values()):
        raise EmbedderUnavailable(f"Expected numbers above 0 in {path}. {_MEND}")
    return highest


def write_ranges(weights: Path, highest: Ranges) -> None:
    """Put the ranges of a file of weights beside it."""
    known = {"digest": _digest(weights), "highest": {key: round(value, 4) for key, value in highest.items()}}
    ranges_path(weights).write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def _digest(weights: Path) -> str:
    return digest_of_weights(weights)[:12]
