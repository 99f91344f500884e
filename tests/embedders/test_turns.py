from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualsearch.embedders.engines.base import Pass
from visualsearch.embedders.fitting import Pixels
from visualsearch.embedders.turns import Turns

MOST = 6
BROKEN = 255
"""Pixels on which the engine fails."""


class FakeEngine:
    """Gives each image its first pixel; notes the batches, and whether two ever ran side by side."""

    def __init__(self, *, closed: bool = False) -> None:
        self.batches: list[int] = []
        self.started, self.gate = threading.Event(), threading.Event()
        self.runs_alone = threading.Lock()
        if not closed:
            self.gate.set()

    def run(self, images: list[Pixels]) -> list[Pass]:
        assert self.runs_alone.acquire(blocking=False), "two passes at once"
        try:
            self.started.set()
            assert self.gate.wait(20)
            self.batches.append(len(images))
            if any((pixels == BROKEN).any() for pixels in images):
                raise ValueError(f"broken among {len(images)}")
            return [Pass(pixels[0, 0].astype(np.float32), pixels[:, :, 0].astype(np.float32)) for pixels in images]
        finally:
            self.runs_alone.release()


def images(*values: int) -> list[Pixels]:
    return [np.full((2, 2, 3), value, dtype=np.uint8) for value in values]


def values_of(passes: list[Pass]) -> list[int]:
    assert all(found.places is not None and found.places[0, 0] == found.features[0] for found in passes)
    return [int(found.features[0]) for found in passes]


def wait_for_waiting(turns: Turns, count: int) -> None:
    tries = threading.Event()
    while len(turns._waiting) < count:
        tries.wait(0.001)


def test_alone_a_request_runs_at_once() -> None:
    engine = FakeEngine()

    assert values_of(Turns(engine.run, MOST).run(images(3, 4))) == [3, 4]
    assert engine.batches == [2]


def test_requests_that_come_while_a_pass_runs_share_the_next() -> None:
    engine = FakeEngine(closed=True)
    turns = Turns(engine.run, MOST)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(turns.run, images(1))
        engine.started.wait(20)
        others = [pool.submit(turns.run, images(value)) for value in (2, 3, 4)]
        wait_for_waiting(turns, 3)
        engine.gate.set()

        assert [values_of(future.result(20)) for future in (first, *others)] == [[1], [2], [3], [4]]
    assert engine.batches == [1, 3]


def test_an_error_goes_to_the_one_whose_images_it_was() -> None:
    engine = FakeEngine(closed=True)
    turns = Turns(engine.run, MOST)
    with ThreadPoolExecutor(8) as pool:
        pool.submit(turns.run, images(1))
        engine.started.wait(20)
        good, bad = pool.submit(turns.run, images(2)), pool.submit(turns.run, images(BROKEN))
        wait_for_waiting(turns, 2)
        engine.gate.set()

        assert values_of(good.result(20)) == [2]
        with pytest.raises(ValueError, match="broken among 1"):
            bad.result(20)


@settings(max_examples=60, deadline=None)
@given(
    requests=st.lists(
        st.lists(st.sampled_from([*range(1, 200), BROKEN]), min_size=1, max_size=MOST + 2), min_size=1, max_size=25
    ),
    threads=st.integers(1, 8),
)
def test_each_thread_gets_what_it_would_get_alone(requests: list[list[int]], threads: int) -> None:
    engine = FakeEngine()
    turns = Turns(engine.run, MOST)
    with ThreadPoolExecutor(threads) as pool:
        futures: list[Future[Any]] = [pool.submit(turns.run, images(*values)) for values in requests]

    for values, future in zip(requests, futures, strict=True):
        if BROKEN in values:
            assert isinstance(future.exception(), ValueError)
        else:
            assert values_of(future.result()) == values
    assert max(engine.batches) <= max(MOST, *map(len, requests))
    assert not turns._waiting


def test_one_that_is_told_to_stop_leaves_the_others_to_the_next() -> None:
    engine = FakeEngine(closed=True)
    stopped: list[int] = []

    def run(pixels: list[Pixels]) -> list[Pass]:
        found = engine.run(pixels)
        if len(pixels) == 3 and not stopped:
            stopped.append(threading.get_ident())
            raise KeyboardInterrupt
        return found

    turns = Turns(run, MOST)
    with ThreadPoolExecutor(8) as pool:
        pool.submit(turns.run, images(1))
        engine.started.wait(20)
        others = [pool.submit(turns.run, images(value)) for value in (2, 3, 4)]
        wait_for_waiting(turns, 3)
        engine.gate.set()
        found = [future.exception(20) or values_of(future.result()) for future in others]

    assert len([error for error in found if isinstance(error, KeyboardInterrupt)]) == 1
    assert len([values for values in found if values in ([2], [3], [4])]) == 2
    assert not turns._waiting


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_forked_in_the_middle_of_a_pass_does_not_wait_for_it() -> None:
    engine = FakeEngine(closed=True)
    turns = Turns(lambda pixels: engine.run(pixels), MOST)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(turns.run, images(1))
        engine.started.wait(20)
        with turns._condition:
            child = os.fork()
        if child == 0:
            engine = FakeEngine()
            os._exit(0 if values_of(turns.run(images(7))) == [7] else 1)
        engine.gate.set()

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
