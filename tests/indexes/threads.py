"""Threads of a test that leave no connection to a database behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections


class Thread(threading.Thread):
    """Runs a function and keeps what it returned or raised for `result`."""

    def __init__(self, function: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._function = function
        self._returned: Any = None
        self._raised: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._returned = self._function()
        except BaseException as error:
            self._raised = error
        finally:
            connections.close_all()

    def result(self, seconds: float = 60.0) -> Any:
        """Return what the function returned or raise what it raised; fails when it goes on for too long."""
        self.join(seconds)
        assert not self.is_alive(), f"Still running after {seconds:.0f} s."
        if self._raised is not None:
            raise self._raised
        return self._returned


@contextmanager
def one_thread() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Yield what calls functions in one other thread, whose connections stay; it waits a minute at most."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield lambda function: pool.submit(function).result(60)
        finally:
            pool.submit(connections.close_all)
