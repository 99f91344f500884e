"""The weights that are shipped with this package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """Weights that lie in this package, with a model card beside them.

    A name means the same vectors for ever: better weights get another name.
    """

    name: str
    dimensions: int
    licence: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return FOLDER / f"{self.name}.safetensors"


SHIPPED = {
    shipped.name: shipped
    for shipped in (
        Shipped(name="products-5", dimensions=384, licence="MIT"),
        Shipped(name="products-4", dimensions=256, licence="MIT"),
    )
}
"""By name, the best first; `tools/train` makes them."""
