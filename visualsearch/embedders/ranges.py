"""What the values lie between that a network's convolutions are given: what computing in 8-bit integers needs to know.

They lie in a file of their own, since they change no vector's meaning: the index stays as it is when they come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from visualsearch.exceptions import EmbedderUnavailable

Range = tuple[float, float]
"""The lowest value, 0 or below (0 after ReLU), and the highest, above 0."""

Ranges = Mapping[str, Range]
"""Of the values that reach a convolution, by its key in the state dict. One without is computed in float32."""

_MEND = "Measure them anew, or remove the file: then float32 is computed with."


def ranges_path(weights: Path) -> Path:
    """Return where the ranges of a file of weights lie: beside it."""
    return weights.with_suffix(".ranges.json")


def read_ranges(path: Path, digest: str) -> Ranges:
    """Return the ranges in this file, empty where there is none, measured with weights of this SHA-256.

    Raises EmbedderUnavailable when they are damaged, or of other weights.
    """
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        ranges = {str(key): _range(value) for key, value in known["highest"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise EmbedderUnavailable(f"Expected ranges in {path}: {error}. {_MEND}") from error
    if known.get("digest") != digest[:12]:
        raise EmbedderUnavailable(f"Expected {path} to be measured with the weights in use, not others. {_MEND}")
    if not all(isfinite(low) and isfinite(high) and low <= 0 < high for low, high in ranges.values()):
        raise EmbedderUnavailable(f"Expected numbers above 0, or pairs around 0, in {path}. {_MEND}")
    return ranges


def write_ranges(path: Path, digest: str, ranges: Ranges) -> None:
    """Put the ranges of weights of this SHA-256 into a file."""
    values = {
        key: round(high, 4) if low == 0 else [round(low, 4), round(high, 4)] for key, (low, high) in ranges.items()
    }
    path.write_text(json.dumps({"digest": digest[:12], "highest": values}, indent=2) + "\n", encoding="utf-8")


def _range(value: Any) -> Range:
    """Return a range as the file says it: where only the highest is written, the lowest is 0."""
    low, high = value if isinstance(value, list) else (0, value)
    return float(low), float(high)
