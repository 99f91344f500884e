"""Which weights are measured."""

from __future__ import annotations

from pathlib import Path

from tests.embedders.networks import save_narrow
from visualsearch.embedders.architectures import SHIPPED


def weights_of(name: str, folder: Path) -> tuple[Path, str]:
    """Return the file that the name or path means, and a word on it; speed does not depend on the numbers in it."""
    path = SHIPPED[name].path if name in SHIPPED else Path(name)
    if path.exists():
        return path, "real"
    if name not in SHIPPED:
        raise SystemExit(f"Expected weights at {path}, or one of {', '.join(SHIPPED)}.")
    stand_in = folder / f"{name}.safetensors"
    save_narrow(stand_in, width=48, side="192", name=name, dimensions=SHIPPED[name].dimensions)
    return stand_in, f"chance numbers in the form of {name}, which is not in the package"
