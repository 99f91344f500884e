"""Which weights are measured."""

from __future__ import annotations

from pathlib import Path

from tests.embedders.mixing import save_mix
from visualsearch.embedders.networks import find_network
from visualsearch.embedders.shipped import SHIPPED

STAND_INS = {"products-5": ("products-4", "efficientnet-lite0", "efficientnet-lite2")}
"""The networks of names that are not in the package yet."""
DIMENSIONS = 512


def weights_of(name: str, folder: Path) -> tuple[Path, str]:
    """Return the file that the name or path means, and a word on it; speed does not depend on a head's numbers."""
    path = SHIPPED[name].path if name in SHIPPED else Path(name)
    if path.exists():
        return path, "real"
    if name not in STAND_INS:
        raise SystemExit(f"Expected weights at {path}, or one of {', '.join([*SHIPPED, *STAND_INS])}.")
    networks = STAND_INS[name]
    save_mix(
        stand_in := folder / f"{name}.safetensors",
        [find_network(network) for network in networks],
        name=name,
        dimensions=DIMENSIONS,
    )
    return stand_in, f"a head of chance numbers over {', '.join(networks)}, since {name} is not in the package"
