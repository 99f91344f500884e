from __future__ import annotations

import numpy as np
import pytest

from tests.indexes.journal import numbers
from visualsearch.indexes.rows import find_flags, find_ranks

ALL = {
    "one after another": np.arange(5, 2005),
    "with gaps": np.arange(5, 6005, 3),
    "far apart": np.arange(5, 200_005, 100),
    "one": numbers(7),
}


@pytest.mark.parametrize("ids", ALL.values(), ids=ALL)
@pytest.mark.parametrize("share", [1.0, 0.5, 0.001])
def test_flags_and_ranks_say_which_ids_are_wanted(ids, share):
    random = np.random.default_rng(0)
    strangers = random.integers(1, 2 * ids[-1], 50)
    wanted = np.unique(np.concatenate([ids[random.random(len(ids)) < share], strangers]))

    flags = find_flags(ids, wanted)

    np.testing.assert_array_equal(flags, np.isin(ids, wanted))
    np.testing.assert_array_equal(np.flatnonzero(flags), find_ranks(ids, wanted))


@pytest.mark.parametrize(("ids", "wanted"), [([], []), ([], [1, 2]), ([1, 2], []), ([4, 5], [1, 9]), ([4, 5], [8])])
def test_nothing_is_wanted(ids, wanted):
    flags = find_flags(numbers(*ids), numbers(*wanted))

    assert flags.tolist() == [False] * len(ids)


def test_flags_may_be_changed_and_leave_the_ids_alone():
    ids = np.arange(1, 11)

    find_flags(ids, ids)[0] = False

    assert find_flags(ids, ids).all()
