"""What a design is, and the products that its variants are."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.render.palette import Finish, read_look


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A shelf of the shop."""

    name: str
    category: str
    where: str
    """Where it stands in a home: "table", "floor", "wall", "seat" or "flat" on the floor."""
    parts: str = ""
    """Finishes of parts that a look does not speak of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A thing of one shape that is sold in several looks."""

    kind: Kind
    name: str
    shape: str
    price: float
    note: str
    """What sets it apart, as the end of "It has ..."."""
    looks: Mapping[str, str]
    """What the shop calls a look, and the finishes of the parts as `palette.read_look` reads them."""
    measures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """What its variants have in common."""
        return slug(f"{self.kind.name} {self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One design in one look."""

    design: Design
    look: str

    @property
    def sku(self) -> str:
        """Its name in the feed and of its files."""
        return slug(f"{self.design.group} {self.look}")

    @property
    def seed(self) -> int:
        """What its chances are drawn from; no two products share it."""
        return zlib.crc32(self.sku.encode())

    @property
    def finishes(self) -> dict[str, Finish]:
        """What each part is made of."""
        return read_look(self.design.kind.parts) | read_look(self.design.looks[self.look])


def slug(text: str) -> str:
    """Return text as it stands in addresses."""
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
