from __future__ import annotations

import numpy as np

from tests.indexes.journal import draw, numbers
from visualsearch.indexes.digests import BLOCK, block_digests, differing_blocks


def test_order_of_rows_does_not_matter():
    ids, vectors = np.arange(1, 9001), draw(9000)
    mixed = np.random.default_rng(0).permutation(9000)

    assert block_digests(ids, vectors) == block_digests(ids[mixed], vectors[mixed])
    assert sorted(block_digests(ids, vectors)) == [0, 1, 2]


def test_whole_blocks_can_be_digested_call_by_call():
    ids, vectors = np.arange(9000), draw(9000)

    first, rest = block_digests(ids[:BLOCK], vectors[:BLOCK]), block_digests(ids[BLOCK:], vectors[BLOCK:])

    assert first | rest == block_digests(ids, vectors)


def test_one_changed_missing_or_added_row_shows_in_its_block():
    ids, vectors = np.arange(1, 9001), draw(9000)
    right = block_digests(ids, vectors)
    changed = vectors.copy()
    changed[5000, 0] += np.float16(0.01)

    assert differing_blocks(right, block_digests(ids, changed)) == [1]
    assert differing_blocks(right, block_digests(ids[1:], vectors[1:])) == [0]
    assert differing_blocks(right, block_digests(np.append(ids, 50_000), np.append(vectors, draw(1), axis=0))) == [12]
    assert differing_blocks(right, dict(right)) == []


def test_no_rows_have_no_digests():
    assert block_digests(numbers(), draw(0)) == {}
