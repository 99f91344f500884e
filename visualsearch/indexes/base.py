"""The contract of the family: a vector in, the nearest stored vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from visualsearch.vectors import Ids, Vectors

Scalar = str | float | bool | None
"""The value of an attribute."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of a source's objects that an index keeps beside their vectors, so that it can narrow by it itself."""

    path: str
    """From the object, as in `QuerySet.filter`: "category__name"."""
    kind: Literal["text", "number", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What an index holds: the vectors of one source, made by one embedder."""

    source: str
    fingerprint: str
    dimensions: int
    attributes: tuple[Attribute, ...] = field(default=(), compare=False)
    """What the source declares to narrow by; only an index that `supports_conditions` keeps them."""


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
    objects: tuple[str, ...] = ()
    """Key of the object that each of `ids` belongs to; empty where nobody asked for it."""
    attributes: tuple[Mapping[str, Scalar], ...] = ()
    """The object's values by the path of the attribute, one a row of `ids`; empty where nobody asked for it."""


ReadChanges = Callable[[int], Iterator[Changes]]
"""Reads the journal past a revision, in pages; empty when there is nothing new.

Raises JournalRewound when the journal ends before that revision.
"""


Stamp = tuple[int, str]
"""Which of two snapshots of a space is the newer: the revision that it reaches, then when it was written."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What an attribute of the rows must be; several hold together."""

    path: str
    lookup: Literal["exact", "gte", "lte"]
    value: str | float | bool


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """The ids of the allowed rows, as a query that the database of the rows understands."""

    sql: str
    """A SELECT of one column."""
    params: tuple[Any, ...]
    checking: RowsQuery | None = None
    """The same rows, written so that a database quickly tells of one row whether it is among them; None where it is."""


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
    """Is there one index for all processes, which `sync.publish` brings up to the journal, rather than one in each?"""

    supports_join: bool = False
    """Does it narrow a search by a query for rows, without being sent their ids?"""

    supports_conditions: bool = False
    """Does it keep the attributes of a space, and narrow a search by conditions on them?"""

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

    def refresh(self, read: ReadChanges) -> None:
        """Make ready for a search: what every process holds for itself is brought up to the journal."""
        if not self.shared:
            self.catch_up(read)

    @abstractmethod
    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> Matches:
        """Return the `k` nearest rows, fewer only when fewer are there; with `allowed`, of those ids alone.

        Raises InvalidVector for a vector that does not fit the space, InvalidQuery for k below 1, and IndexUnavailable
        when the engine of a shared index cannot be reached or takes too long.
        """

    def search_joined(self, vector: Vectors, k: int, rows: RowsQuery) -> Matches:
        """Return the `k` nearest of the rows that the query selects; of an index that `supports_join`."""
        raise NotImplementedError

    def search_where(self, vector: Vectors, k: int, conditions: tuple[Condition, ...]) -> Matches:
        """Return the `k` nearest of the rows for which all conditions hold; of an index that `supports_conditions`.

        Raises InvalidQuery for a path that is no attribute of the space.
        """
        raise NotImplementedError

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

    def snapshot(self) -> tuple[Stamp, Path] | None:
        """Return the newest snapshot on this host's disk and its folder, for other hosts to have; None without one."""
        return None

    def adopt(self, stamp: Stamp, write: Callable[[Path], None], *, wait: float = 0.0) -> bool:
        """Publish on this host's disk a snapshot of another host, which `write` puts into an empty folder.

        False when the one here is no older, or another process is writing for longer than `wait` seconds. Raises
        IndexUnavailable for one that cannot be opened here, and what `write` raises; then nothing was published.
        """
        return False

    def forget(self) -> None:  # noqa: B027 - an index in memory leaves nothing behind
        """Remove what lies on the disk of a space that is searched no more."""

    def problems(self) -> list[str]:
        """Read every file in full and say what is wrong with it; empty when all is well."""
        return []
