from __future__ import annotations

from typing import Any

import pytest

from visualsearch.exceptions import TooManySearches
from visualsearch.search.admission import Gate


@pytest.fixture
def gate(settings: Any) -> Gate:
    settings.VISUALSEARCH = {**settings.VISUALSEARCH, "SEARCHES_AT_ONCE": 2}
    return Gate()


def test_one_more_than_may_run_at_once_is_refused_at_once(gate: Gate) -> None:
    with gate.admitted(), gate.admitted(), pytest.raises(TooManySearches, match="at most 2 searches"), gate.admitted():
        pass


def test_whoever_ends_makes_room(gate: Gate) -> None:
    with gate.admitted():
        with gate.admitted():
            pass
        with gate.admitted():
            pass


def test_search_that_fails_makes_room_too(gate: Gate) -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), gate.admitted():
            1 / 0  # noqa: B018

    with gate.admitted(), gate.admitted():
        pass


def test_refused_search_takes_no_room(gate: Gate) -> None:
    with gate.admitted(), gate.admitted():
        for _ in range(5):
            with pytest.raises(TooManySearches), gate.admitted():
                pass

    with gate.admitted(), gate.admitted():
        pass
