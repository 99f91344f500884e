"""Shoppers who search all the time, each at the first of the shop's servers that answers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from random import Random

import requests

from tests.drawing import draw_mosaic

PAUSE_SECONDS = 0.4
"""Between an answer and the next search of one shopper."""

PATIENCE_SECONDS = 10.0


@dataclass(kw_only=True)
class Searches:
    """What became of the searches of a while."""

    answered: int = 0
    failed: int = 0
    wrong: int = 0
    """Answers that do not have the product itself first."""
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


class Shoppers:
    """Threads that search for what is there until they are asked to leave."""

    def __init__(self, addresses: list[str], goods: int, number: int) -> None:
        self.now = Searches()
        self._addresses = addresses
        self._goods = goods
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._search_on, args=(seed,), daemon=True) for seed in range(number)]
        for thread in self._threads:
            thread.start()

    def begin(self) -> Searches:
        """Count from here on, and return what was counted before."""
        with self._lock:
            before, self.now = self.now, Searches()
        return before

    def leave(self) -> None:
        """Let every search end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(3 * PATIENCE_SECONDS)

    def _search_on(self, seed: int) -> None:
        random, session = Random(seed), requests.Session()
        session.trust_env = False
        for turn in count(seed):
            if self._stop.wait(PAUSE_SECONDS * (0.5 + random.random())):
                return
            self._search(session, random.randrange(self._goods), turn)

    def _search(self, session: requests.Session, number: int, turn: int) -> None:
        photo, began, reason = draw_mosaic(number), time.monotonic(), ""
        for tried in range(len(self._addresses)):
            address = self._addresses[(turn + tried) % len(self._addresses)]
            try:
                answer = session.post(
                    f"{address}/api/v1/visual-search/", files={"photo": photo}, timeout=PATIENCE_SECONDS
                )
            except requests.RequestException as error:
                reason = type(error).__name__
                continue
            self._count(answer, number, time.monotonic() - began)
            return
        with self._lock:
            self.now.failed += 1
            self.now.reasons[reason] += 1

    def _count(self, answer: requests.Response, number: int, seconds: float) -> None:
        with self._lock:
            if answer.status_code != 200:
                self.now.failed += 1
                self.now.reasons[str(answer.status_code)] += 1
                return
            rows = answer.json()["results"]
            self.now.answered += 1
            self.now.seconds.append(seconds)
            self.now.wrong += not rows or rows[0]["product"]["key"] != f"M{number}"
