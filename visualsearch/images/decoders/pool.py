"""A few decoders that take turns, started when the first picture comes and replaced when one has ended."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from visualsearch.exceptions import DecoderUnavailable, ImageTooSlow
from visualsearch.images.decoders.callers import Asking, Ledger, asking
from visualsearch.images.decoders.decoder import Allowance, Decoder
from visualsearch.images.decoders.turns import Turns
from visualsearch.images.decoding import Decoded
from visualsearch.images.limits import Limits

REFUSED_SECONDS = 600.0
"""For how long a photo that took too long is refused without another try."""

_REFUSED_MOST = 1_000


class DecoderPool:
    """At most so many decoders; another is started only while all others are busy."""

    def __init__(self, size: int, allowance: Allowance) -> None:
        self._allowance = allowance
        self._ledger = Ledger()
        self._turns = Turns(size, self._ledger.spent)
        self._lock = Lock()
        self._free: list[Decoder] = []
        self._all: list[Decoder] = []
        self._refused: dict[str, float] = {}

    def decode(self, data: bytes, limits: Limits, longest_side: int | None, *, patient: bool = False) -> Decoded:
        """Return the picture; raises InvalidImage or one of its kinds, DecoderUnavailable and TooManySearches.

        Who is `patient`, because nobody waits for the answer, waits for a decoder for as long as it takes, and tries
        also what took too long before.
        """
        asked = asking() or Asking("", float("inf"))
        self._ledger.check(asked, self._allowance.seconds)
        key = "" if patient else f"{hashlib.sha256(data).hexdigest()} {longest_side}"
        self._check_refused(key)
        with self._turn(asked.caller, patient), self._decoder() as decoder:
            began = time.monotonic()
            try:
                return decoder.decode(data, limits, longest_side, self._allowance.within(asked.left))
            except ImageTooSlow:
                # Not what had less time than others because of what was decoded before it.
                if not patient and asked.left >= self._allowance.seconds:
                    self._refuse(key)
                raise
            finally:
                self._ledger.charge(asked, time.monotonic() - began)

    def end(self) -> None:
        """End all decoders."""
        for decoder in self._all:
            decoder.end()

    def forget(self) -> None:
        """Leave all decoders to the process that this one was forked from."""
        for decoder in self._all:
            decoder.forget()

    def pids(self) -> list[int]:
        """Return the numbers of the processes that are alive."""
        with self._lock:
            return [decoder.pid for decoder in self._all if decoder.is_alive]

    @contextmanager
    def _turn(self, caller: str, patient: bool) -> Iterator[None]:
        seconds = self._allowance.seconds
        if not self._turns.acquire(caller, None if patient else seconds):
            raise DecoderUnavailable(f"Expected a decoder within {seconds:g} seconds, but all are busy with photos.")
        try:
            yield
        finally:
            self._turns.release(caller)

    @contextmanager
    def _decoder(self) -> Iterator[Decoder]:
        decoder = self._take()
        try:
            yield decoder
        finally:
            self._put_back(decoder)

    def _check_refused(self, key: str) -> None:
        if time.monotonic() < self._refused.get(key, 0.0):
            raise ImageTooSlow(
                f"Expected a picture that is decoded within {self._allowance.seconds:g} seconds; this took longer a "
                "while ago."
            )

    def _refuse(self, key: str) -> None:
        with self._lock:
            if len(self._refused) >= _REFUSED_MOST:
                del self._refused[next(iter(self._refused))]
            self._refused[key] = time.monotonic() + REFUSED_SECONDS

    def _take(self) -> Decoder:
        with self._lock:
            # The last that was used, whose memory is warm.
            while self._free:
                if (decoder := self._free.pop()).is_alive:
                    return decoder
                self._drop(decoder)
        decoder = Decoder()
        with self._lock:
            self._all.append(decoder)
        return decoder

    def _put_back(self, decoder: Decoder) -> None:
        with self._lock:
            if decoder.is_alive:
                self._free.append(decoder)
            else:
                self._drop(decoder)

    def _drop(self, decoder: Decoder) -> None:
        decoder.end()
        self._all.remove(decoder)
