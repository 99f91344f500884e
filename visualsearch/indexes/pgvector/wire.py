"""How vectors travel to PostgreSQL, as text, and back, as `COPY` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from visualsearch.vectors import STORED, Ids, Vectors

_HEADER_BYTES = 19
_AT_ONCE = 4096


@cache
def _numbers() -> list[str]:
    """Return the shortest text of every half, by its bits: looking it up takes a tenth of the time of writing it."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    return [str(half) for half in halves]


def stored_texts(vectors: NDArray[np.float16]) -> list[str]:
    """Return each stored vector as PostgreSQL reads a `halfvec`, exactly."""
    numbers = _numbers()
    rows = np.ascontiguousarray(vectors, np.float16).view(np.uint16).tolist()
    return [f"[{','.join([numbers[bits] for bits in row])}]" for row in rows]


def query_text(vector: Vectors) -> str:
    """Return one query, shape (dimensions,), as PostgreSQL reads a `vector`, exactly."""
    return f"[{','.join([f'{number:.9g}' for number in vector.tolist()])}]"


def read_rows(stream: Iterable[bytes], dimensions: int) -> Iterator[tuple[Ids, NDArray[np.float16]]]:
    """Yield ids and vectors of what `COPY (SELECT id, embedding ...) TO STDOUT (FORMAT BINARY)` sends, some at a time.

    https://www.postgresql.org/docs/current/sql-copy.html says how it is written, and pgvector's `halfvec_send` what a
    vector is: its dimensions, two bytes of nothing, and its numbers.
    """
    row = np.dtype(
        [
            ("fields", ">i2"),
            ("id bytes", ">i4"),
            ("id", ">i8"),
            ("vector bytes", ">i4"),
            ("dimensions", ">i2"),
            ("unused", ">i2"),
            ("vector", ">f2", (dimensions,)),
        ]
    )
    pieces, waiting, skipped = iter(stream), b"", False
    while part := b"".join(islice(pieces, _AT_ONCE)):
        waiting += part
        if not skipped:
            waiting, skipped = waiting[_HEADER_BYTES:], True
        count = len(waiting) // row.itemsize
        rows = np.frombuffer(waiting, row, count)
        waiting = waiting[count * row.itemsize :]
        yield rows["id"].astype(np.int64), rows["vector"].astype(STORED)
