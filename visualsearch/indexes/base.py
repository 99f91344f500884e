"""The contract of the family: a vector in, the nearest stored vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualsearch.vectors import Ids, Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What an index holds: the vectors of one source, made by one embedder."""

    source: str
    fingerprint: str
    dimensions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What happened to the rows of a space up to `revision`, oldest first; an id stands in it once."""

    revision: int
    """The journal's revision that an index has reached after applying these."""
    ids: Ids
    """Rows to add or to replace, shape (n,)."""
    vectors: NDArray[np.float16]
    """Their vectors as stored, shape (n, dimensions)."""
    removed: Ids
    """Rows to forget; unknown ones are ignored."""


ReadChanges = Callable[[int], Iterator[Changes]]
"""Reads the journal past a revision, in pages; empty when there is nothing new.

Raises JournalRewound when the journal ends before that revision.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Nearest rows, best first."""

    ids: Ids
    scores: NDArray[np.float32]
    """Cosine to the query, falling; -1 to 1 but for the rounding of half precision, less than 0.001."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """What `visualsearch_status` says of an index."""

    name: str
    kind: str
    """How it searches now, for example "exact" or "ivf"."""
    why: str
    """One sentence: why it searches that way."""
    revision: int
    size: int
    """Vectors that it can find."""
    details: dict[str, Any] = field(default_factory=dict)


class Index(ABC):
    """A copy of the rows of one space that finds the nearest ones; it can be thrown away at any time."""

    name: str

    shared: bool = False
    """Is there one index for all processes, rather than one in each?"""

    def __init__(self, space: Space) -> None:
        self.space = space

    @property
    @abstractmethod
    def revision(self) -> int:
        """The journal's revision up to which every row is in here; 0 when nothing was read."""

    @abstractmethod
    def __len__(self) -> int:
        """Vectors that can be found."""

    @abstractmethod
    def catch_up(self, read: ReadChanges) -> None:
        """Take in every row past `revision`; safe to call from several threads.

        A journal that ends before `revision` is another one: everything is forgotten and read anew.
        """

    @abstractmethod
    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        """Return the `k` nearest rows, fewer only when fewer are there; with `allowed`, of those ids alone.

        Raises InvalidVector for a vector that does not fit the space, and InvalidQuery for k below 1.
        """

    @abstractmethod
    def digests(self) -> dict[int, str]:
        """Return `block_digests` of every vector that can be found, to compare with those of the database."""

    @abstractmethod
    def rebuild(self, read: ReadChanges) -> bool:
        """Build anew from the whole journal, trusting nothing that is here; False when another process is at it."""

    @abstractmethod
    def repair(self, changes: Changes) -> None:
        """Apply `changes` to these ids whatever the index holds of them; `revision` stays where it is."""

    @abstractmethod
    def status(self) -> IndexStatus:
        """Say what this index holds and how it searches."""

    def needs_snapshot(self) -> str:
        """Say in one sentence why a worker should call `compact`; empty when there is no reason."""
        return ""

    def compact(self) -> bool:
        """Write what the index holds for other processes to open; False when nothing was written."""
        return False

    def forget(self) -> None:  # noqa: B027 - an index in memory leaves nothing behind
        """Remove what lies on the disk of a space that is searched no more."""

    def problems(self) -> list[str]:
        """Read every file in full and say what is wrong with it; empty when all is well."""
        return []
