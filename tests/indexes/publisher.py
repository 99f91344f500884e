"""A process that publishes a long journal into a shared index, never the last page, until it is killed: `OPENER`."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator

import django
from django.utils.module_loading import import_string

from tests.indexes.journal import SPACE, Journal, draw
from visualsearch.indexes import Changes

PAGES = 60
ROWS = 100


def long_journal() -> Journal:
    """Return a journal in which row n was written at revision n."""
    journal = Journal(page=ROWS)
    journal.add(range(1, PAGES * ROWS + 1), draw(PAGES * ROWS, seed=4))
    return journal


def main(opener: str) -> None:
    django.setup()
    journal = long_journal()

    def read(past: int) -> Iterator[Changes]:
        for page, changes in enumerate(journal.read(past), 1):
            if page == PAGES:
                # However late the killer is, there is something left to do.
                signal.pause()
            yield changes
            time.sleep(0.005)

    import_string(opener)(SPACE).catch_up(read)


if __name__ == "__main__":
    main(sys.argv[1])
