"""Proof that two sides hold the same vectors: one digest for each block of ids."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from visualsearch.vectors import STORED, Ids

BLOCK = 4096
"""Ids in a block; block b holds the ids from b * BLOCK on."""


def block_digests(ids: Ids, vectors: NDArray[np.float16]) -> dict[int, str]:
    """Return block number -> digest over (id, stored vector) in rising order of ids; each id stands in `ids` once.

    Whole blocks can be digested one call at a time: the results of several calls are merged with `|`.
    """
    order = np.argsort(ids, kind="stable")
    blocks, starts = np.unique(ids[order] // BLOCK, return_index=True)
    parts = np.split(order, starts[1:])
    return {int(block): _digest(ids[part], vectors[part]) for block, part in zip(blocks, parts, strict=False)}


def differing_blocks(ours: dict[int, str], theirs: dict[int, str]) -> list[int]:
    """Return the numbers of the blocks that are not the same on both sides, rising."""
    return sorted(block for block in ours.keys() | theirs.keys() if ours.get(block) != theirs.get(block))


def _digest(ids: Ids, vectors: NDArray[np.float16]) -> str:
    digest = blake2b(np.ascontiguousarray(ids, "<i8").tobytes(), digest_size=16)
    digest.update(np.ascontiguousarray(vectors, STORED).tobytes())
    return digest.hexdigest()
