"""Revisions that were read in the transaction that took them, and that may yet be taken back.

Outside of tests nobody searches in a transaction that has synced before. A shop's `TestCase` does, and rolls it back:
then the next test takes the same revisions again for other rows, and an index that kept what it had read would never
look at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

_Blocks = tuple[Any, ...]
"""The `atomic` blocks that were open, the outermost first."""

_taken: WeakKeyDictionary[Any, _Blocks] = WeakKeyDictionary()
"""Those in which a connection last took revisions."""


class ProvisionalRevision(int):
    """A revision that holds while the blocks in which it was taken and read are open."""

    blocks: _Blocks

    @classmethod
    def of(cls, revision: int) -> int:
        """Return the revision as it was read now: provisional where this transaction has taken some."""
        blocks = _common(_taken.get(_wrapper(), ()), _wrapper().atomic_blocks)
        if not blocks:
            return int(revision)
        provisional = cls(revision)
        provisional.blocks = blocks
        return provisional

    @property
    def is_over(self) -> bool:
        """Tell whether one of the blocks has ended: nobody knows whether what was read was kept."""
        return _common(self.blocks, _wrapper().atomic_blocks) != self.blocks


def note_taken() -> None:
    """Note that this connection takes revisions in the blocks that are open now."""
    _taken[_wrapper()] = tuple(_wrapper().atomic_blocks)


def _wrapper() -> Any:
    """Return the connection of this thread itself, not the proxy for it."""
    return connections[DEFAULT_DB_ALIAS]


def _common(first: Sequence[Any], second: Sequence[Any]) -> _Blocks:
    """Return the blocks with which both begin."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one is not other:
            break
        count += 1
    return tuple(first[:count])
