"""Images of several threads in one forward pass.

Threads that ask while a pass is running are taken together into the next one: side by side their passes would only
wait for each other's cores. A thread that finds nobody running begins at once; no thread of our own is needed.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import Any
from weakref import WeakSet

from visualsearch.embedders.engines.base import Pass

Run = Callable[[list[Any]], Sequence[Pass]]
"""Runs a network on preprocessed images, and returns a `Pass` each."""


@dataclass(eq=False, slots=True)
class _Request:
    images: Sequence[Any]
    result: list[Pass] | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.result is not None or self.error is not None


class Turns:
    """Calls `run` from one thread at a time, with at most `most` images unless one request has more."""

    def __init__(self, run: Run, most: int) -> None:
        self._run, self._most = run, most
        self._begin()
        _all.add(self)

    def _begin(self) -> None:
        self._condition = Condition()
        self._waiting: deque[_Request] = deque()
        self._is_running = False

    def run(self, images: Sequence[Any]) -> list[Pass]:
        """Return a pass for each of these images; raises what `run` raises of them, and of no other thread's."""
        request = _Request(images)
        with self._condition:
            self._waiting.append(request)
        while request.result is None:
            if request.error is not None:
                raise request.error
            if batch := self._wait_for_turn(request):
                self._serve(batch)
        return request.result

    def _wait_for_turn(self, request: _Request) -> list[_Request]:
        """Return what this thread must run now, for others too; nothing when another has run the request."""
        with self._condition:
            self._condition.wait_for(lambda: request.is_done or not self._is_running)
            if request.is_done:
                return []
            self._is_running = True
            return self._take()

    def _take(self) -> list[_Request]:
        batch = [self._waiting.popleft()]
        images = len(batch[0].images)
        while self._waiting and images + len(self._waiting[0].images) <= self._most:
            batch.append(self._waiting.popleft())
            images += len(batch[-1].images)
        return batch

    def _serve(self, batch: list[_Request]) -> None:
        try:
            self._answer(batch)
        finally:
            with self._condition:
                # A thread that is told to stop in the middle leaves the others' images to the next one.
                self._waiting.extendleft(request for request in reversed(batch) if not request.is_done)
                self._is_running = False
                self._condition.notify_all()

    def _answer(self, batch: list[_Request]) -> None:
        try:
            found = self._run([image for request in batch for image in request.images])
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            # Whose images it was, is found out one by one.
            for request in batch:
                self._answer([request])
            return
        start = 0
        for request in batch:
            request.result = list(found[start : start + len(request.images)])
            start += len(request.images)


_all: WeakSet[Turns] = WeakSet()


def _begin_in_child() -> None:
    """The thread that was running, or held the lock, does not live on in a forked child."""
    for turns in _all:
        turns._begin()


# Windows has no fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
