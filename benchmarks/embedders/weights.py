"""Which weights are measured."""

from __future__ import annotations

from pathlib import Path

from visualsearch.embedders.shipped import SHIPPED


def weights_of(name: str) -> Path:
    """Return the file that the name or path means; ends the program where there is none."""
    path = SHIPPED[name].path if name in SHIPPED else Path(name)
    if not path.exists():
        raise SystemExit(f"Expected weights at {path}, or one of {', '.join(SHIPPED)}.")
    return path
