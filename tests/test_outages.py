"""The short version of `make faults`: parts of a busy shop are killed for some seconds, and nothing is lost."""

from __future__ import annotations

import pytest

from benchmarks.faults.__main__ import is_well, measure
from benchmarks.faults.faults import FAULTS
from benchmarks.faults.servers import missing_programs

pytestmark = pytest.mark.slow
SECONDS = 3.0


@pytest.mark.parametrize("name", ["worker", "redis", "clock set back"])
def test_nothing_is_lost_and_all_comes_back_by_itself(name: str) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    if missing := set(missing_programs()) & {fault.broker, "postgresql"}:
        pytest.skip(f"Not installed: {', '.join(sorted(missing))}.")

    row = measure(fault, SECONDS, shoppers=4, saves=5.0)

    assert is_well(row), row
    assert row["saves"] > 0
    # On a busy machine a search that began in those seconds is answered after them.
    assert row["during"]["answered"] + row["after"]["answered"] > 0
