"""Heads of chance numbers over several networks, in the form that this package ships."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visualsearch.embedders.networks import Network


def describe(network: Network, /, **changes: Any) -> dict[str, Any]:
    """Return a part as the metadata of a head lists it."""
    part = {"network": network.name, "digest": network.digest, "side": network.fit.side, "stretch": 1.34, "weight": 1.0}
    return {**part, **changes}


def save_mix(
    path: Path, networks: Sequence[Network], *, parts: Any = None, dimensions: int = 24, **metadata: str
) -> None:
    """Write a head over these networks; `parts` says something else of them."""
    save_file = pytest.importorskip("safetensors.numpy").save_file
    total, random = sum(network.dimensions for network in networks), np.random.default_rng(0)
    head = {
        "mean": random.normal(0, 0.01, total).astype(np.float32),
        "weight": random.normal(0, 1, (dimensions, total)).astype(np.float32),
    }
    listed = [describe(network) for network in networks] if parts is None else parts
    words = listed if isinstance(listed, str) else json.dumps(listed)
    save_file(head, path, {"name": "mixed-1", "parts": words, **metadata})
