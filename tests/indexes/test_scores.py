from __future__ import annotations

import numpy as np
import pytest

from visualsearch.indexes.scores import best, cosines


@pytest.mark.parametrize("dimensions", [1, 3, 64, 257])
def test_scores_are_those_of_plain_arithmetic(dimensions):
    random = np.random.default_rng(0)
    rows = random.uniform(-1, 1, (500, dimensions)).astype(np.float16)
    vector = random.uniform(-1, 1, dimensions).astype(np.float32)

    np.testing.assert_allclose(cosines(rows, vector), rows.astype(np.float64) @ vector, atol=1e-5)


def test_every_half_precision_number_up_to_two_is_read_right():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.abs(halves) <= 2]

    np.testing.assert_array_equal(cosines(halves[:, None], np.ones(1, np.float32)), halves.astype(np.float32))


def test_equal_rows_get_equal_scores_wherever_they_stand():
    random = np.random.default_rng(0)
    rows = random.standard_normal((5000, 301)).astype(np.float16)
    rows[::7] = rows[0]

    scores = cosines(rows, random.standard_normal(301).astype(np.float32))

    assert len(set(scores[::7].tolist())) == 1


def test_ties_with_the_last_place_are_settled_by_id():
    scores = np.array([0.5, 0.9, 0.5, 0.5, 0.5], np.float32)

    found = best(np.array([9, 8, 3, 7, 5]), scores, 3)

    assert found.ids.tolist() == [8, 3, 5]
