"""Nobody keeps all decoders to itself, and who has taken little goes before who has taken much."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from visualsearch.images.decoders.turns import Turns


def waiting(turns: Turns, caller: str, note: Callable[[str], None]) -> threading.Thread:
    known = len(turns._waiting)

    def wait() -> None:
        assert turns.acquire(caller, 20)
        note(caller)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    while len(turns._waiting) == known:
        time.sleep(0.001)
    return thread


def test_one_caller_leaves_a_turn_for_others() -> None:
    turns = Turns(2, lambda caller: 0.0)

    assert turns.acquire("a", 1)
    assert not turns.acquire("a", 0.05)
    assert turns.acquire("b", 1)


def test_where_there_is_one_turn_everybody_may_have_it() -> None:
    turns = Turns(1, lambda caller: 0.0)

    assert turns.acquire("a", 1)
    turns.release("a")
    assert turns.acquire("b", 1)


def test_nobody_in_particular_may_have_all_of_them() -> None:
    turns = Turns(3, lambda caller: 0.0)

    assert [turns.acquire("", 0.05) for _ in range(4)] == [True, True, True, False]


def test_who_has_taken_least_is_next_and_then_who_came_first() -> None:
    turns = Turns(1, lambda caller: {"greedy": 9.0}.get(caller, 0.0))
    turns.acquire()
    order: list[str] = []
    threads = [waiting(turns, caller, order.append) for caller in ("greedy", "a", "greedy", "b")]

    held = ""
    for number in range(4):
        turns.release(held)
        while len(order) == number:
            time.sleep(0.001)
        held = order[-1]
    for thread in threads:
        thread.join(20)

    assert order == ["a", "b", "greedy", "greedy"]


def test_who_gives_up_waiting_holds_up_nobody() -> None:
    turns = Turns(1, lambda caller: 0.0)
    turns.acquire()
    assert not turns.acquire("a", 0.05)
    order: list[str] = []
    thread = waiting(turns, "b", order.append)

    turns.release()
    thread.join(20)

    assert order == ["b"]
