"""Files that are made to hurt whoever reads them; all of them drawn or written here."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.bombs import bombs
from tests.hostile.damage import damaged
from tests.hostile.file import Hostile
from tests.hostile.oddities import oddities
from tests.hostile.strangers import strangers

__all__ = ["Hostile", "all_files"]


def all_files() -> Iterator[Hostile]:
    """Yield every file; the same ones every time."""
    yield from strangers()
    yield from oddities()
    yield from bombs()
    yield from damaged()
