"""Pages of changes, of any length, spooled to a file so that a build needs little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualsearch.exceptions import InvalidVector
from visualsearch.indexes.base import Changes
from visualsearch.indexes.rows import Ranks
from visualsearch.indexes.snapshots import map_file
from visualsearch.vectors import STORED, Ids

_GONE = -1
_BLOCK = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """The rows that are left when every change has been applied, by rising id."""

    ids: Ids
    revision: int
    vectors: NDArray[np.float16]
    """All that came, in the order of coming."""
    places: Ranks
    """Where the vector of each id stands in `vectors`."""

    def __len__(self) -> int:
        return len(self.ids)

    def gather(self, ranks: Ranks | slice) -> NDArray[np.float16]:
        """Return the vectors at these places in `ids`."""
        return np.asarray(self.vectors[self.places[ranks]])

    def blocks(self) -> Iterator[tuple[int, NDArray[np.float16]]]:
        """Yield the place of a block's first id and its vectors, all ids in order."""
        for start in range(0, len(self), _BLOCK):
            yield start, self.gather(slice(start, start + _BLOCK))


def spool(pages: Iterable[Changes], path: Path, dimensions: int) -> Spooled:
    """Write the vectors of all pages to `path` and return the rows that are left; the last word on an id counts."""
    ids: list[Ids] = [np.empty(0, np.int64)]
    places: list[Ranks] = [np.empty(0, np.int64)]
    revision = written = 0
    with path.open("wb") as file:
        for page in pages:
            if page.vectors.shape != (len(page.ids), dimensions):
                raise InvalidVector(f"Expected vectors of {dimensions} dimensions, got {page.vectors.shape}.")
            file.write(np.ascontiguousarray(page.vectors, STORED).tobytes())
            ids += [page.removed, page.ids]
            places += [np.full(len(page.removed), _GONE), np.arange(written, written + len(page.ids))]
            revision, written = page.revision, written + len(page.ids)
    kept, last = _last_words(np.concatenate(ids), np.concatenate(places))
    return Spooled(
        ids=kept, places=last, revision=revision, vectors=map_file(path, STORED).reshape(written, dimensions)
    )


def _last_words(ids: Ids, places: Ranks) -> tuple[Ids, Ranks]:
    kept, from_the_end = np.unique(ids[::-1], return_index=True)
    last = places[::-1][from_the_end]
    return kept[last != _GONE], last[last != _GONE]
