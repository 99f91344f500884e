"""A few decoders that take turns, started when the first photo comes and replaced when one has ended."""

from __future__ import annotations

from threading import BoundedSemaphore, Lock

from PIL import Image

from visualsearch.exceptions import DecoderUnavailable
from visualsearch.images.decoders.decoder import Allowance, Decoder
from visualsearch.images.limits import Limits


class DecoderPool:
    """At most so many decoders; another is started only while all others are busy."""

    def __init__(self, size: int, allowance: Allowance) -> None:
        self._allowance = allowance
        self._turns = BoundedSemaphore(size)
        self._lock = Lock()
        self._free: list[Decoder] = []
        self._all: list[Decoder] = []

    def decode(self, data: bytes, limits: Limits, longest_side: int) -> Image.Image:
        """Return the image; raises InvalidImage or one of its kinds, and DecoderUnavailable."""
        seconds = self._allowance.seconds
        if not self._turns.acquire(timeout=seconds):
            raise DecoderUnavailable(f"Expected a decoder within {seconds:g} seconds, but all are busy with photos.")
        try:
            decoder = self._take()
            try:
                return decoder.decode(data, limits, longest_side, self._allowance)
            finally:
                self._put_back(decoder)
        finally:
            self._turns.release()

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
