from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Shop
from tests.servers import PAIRS, servers_of

# The first writer takes its revision, waits, and commits while the second one tries to take and commit before it.
TWO_WRITERS = """
import threading, time
from django.db import connection, transaction
from visualsearch.models import Journal
events, taken = [], threading.Event()

def first():
    with transaction.atomic():
        events.append(["first took", *Journal.take(1)])
        taken.set()
        time.sleep(1.5)
        events.append(["first commits"])
    connection.close()

def second():
    taken.wait(10)
    with transaction.atomic():
        events.append(["second took", *Journal.take(1)])
    connection.close()

with transaction.atomic():
    Journal.take(1)
threads = [threading.Thread(target=target) for target in (first, second)]
[thread.start() for thread in threads]
taken.wait(10)
heads = []
while any(thread.is_alive() for thread in threads):
    heads.append(Journal.head())
    time.sleep(0.05)
print(json.dumps({"events": events, "heads": heads, "last": Journal.head()}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS)
def test_revisions_appear_in_the_order_in_which_they_are_committed(pair: str, tmp_path: Path) -> None:
    with servers_of(pair) as servers, Shop(folder=tmp_path, environment=servers) as shop:
        seen = shop.do(TWO_WRITERS)

    # Had the second writer not waited, a reader could have seen revision 3 before revision 2 was there.
    assert seen["events"] == [["first took", 2], ["first commits"], ["second took", 3]]
    assert seen["heads"] == sorted(seen["heads"])
    assert seen["heads"][0] == 1
    assert seen["last"] == 3
