"""One child process that decodes pictures, from its start to its end."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from visualsearch.exceptions import (
    DecoderUnavailable,
    ImageTooLarge,
    ImageTooSlow,
    ImageTooSmall,
    InvalidImage,
    TooManyPixels,
    UnsupportedFormat,
)
from visualsearch.images.decoders.messages import Closed, receive, send
from visualsearch.images.decoding import Decoded
from visualsearch.images.limits import Limits

logger = logging.getLogger(__name__)

_SCRIPT = Path(__file__).with_name("start.py")
_ERRORS = {kind.__name__: kind for kind in (ImageTooLarge, ImageTooSmall, TooManyPixels, UnsupportedFormat)}
_SECONDS_TO_START = 30.0
_SECONDS_TO_END = 5.0
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    # Memory is kept from one photo to the next: asking the system anew took longer than decoding.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What decoding one picture may cost."""

    seconds: float
    """Of the clock, and of the processor."""
    data_bytes: int
    """Memory of the whole process."""

    def within(self, seconds: float) -> Allowance:
        """Return it with no more than so many seconds."""
        return replace(self, seconds=min(self.seconds, seconds))


class Decoder:
    """Answers one question at a time; whoever has it alone may ask."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = _start(theirs.fileno())
        except OSError as error:
            self._line.close()
            raise DecoderUnavailable(f"Expected to start a decoder, but the system refuses: {error}.") from error
        self._wait_for_its_start()

    @property
    def is_alive(self) -> bool:
        """Whether another question may be asked."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid

    def decode(self, data: bytes, limits: Limits, longest_side: int | None, allowance: Allowance) -> Decoded:
        """Return the picture; raises InvalidImage or one of its kinds, also when the picture ends this decoder."""
        until = time.monotonic() + allowance.seconds
        length, room = len(data), _room(limits, longest_side)
        asked = {"limits": asdict(limits), "longest_side": longest_side, **asdict(allowance)}
        try:
            with _shared(data, room) as memory:
                send(self._line, {**asked, "length": length, "room": room}, (memory,), until)
                values, _ = receive(self._line, until=until)
                return _read(values, memory, length, room)
        except InvalidImage:
            raise
        except TimeoutError as error:
            self.end()
            raise _too_slow(allowance) from error
        except Closed as error:
            raise self._reason(allowance) from error
        except BaseException:
            # Interrupted in the middle of an answer, which the next to ask would take for theirs.
            self.end()
            raise

    def end(self) -> None:
        """Kill it; no harm where it has ended."""
        self._line.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Leave it to the process that started it: this one was forked from that."""
        self._line.close()
        self._process.returncode = 0

    def _wait_for_its_start(self) -> None:
        """Hear from it before it gets a photo, so that no photo is blamed for a Python that does not start."""
        try:
            receive(self._line, until=time.monotonic() + _SECONDS_TO_START)
        except (Closed, TimeoutError) as error:
            self.end()
            raise DecoderUnavailable(
                f"Expected to start a decoder with {sys.executable}, but it does not answer. Where that is no Python, "
                "set VISUALSEARCH['DECODE_APART'] to False."
            ) from error

    def _reason(self, allowance: Allowance) -> InvalidImage:
        """Say why it ended in the middle of a photo."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        code = self._process.poll()
        self.end()
        logger.warning("A photo ended its decoder, which exited with %s; the next gets a new one.", code)
        if code == -signal.SIGXCPU:
            return _too_slow(allowance)
        return InvalidImage("Expected a whole picture, but decoding it ended the decoder.")


def _start(line: int) -> subprocess.Popen[bytes]:
    # A process of its own, not a fork: it inherits neither threads, nor locks, nor secrets of the environment.
    kept = {name: value for name, value in os.environ.items() if name in ("LD_LIBRARY_PATH", "SYSTEMROOT")}
    environment = {**kept, **_ENVIRONMENT}
    places = json.dumps([os.path.abspath(place) for place in sys.path])
    return subprocess.Popen(  # noqa: S603 - our own script with our own arguments
        [str(sys.executable), "-I", "-S", str(_SCRIPT), str(line), places],
        pass_fds=[line],
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C on a terminal is for whom it works for; its line then ends, and so does it.
        start_new_session=True,
    )


@contextmanager
def _shared(data: bytes, room: int) -> Iterator[int]:
    """Give memory that begins with the photo and has room for pixels; it takes none before something is in it."""
    memory = os.memfd_create("photo")
    try:
        os.ftruncate(memory, len(data) + room)
        os.pwrite(memory, data, 0)
        yield memory
    finally:
        os.close(memory)


def _room(limits: Limits, longest_side: int | None) -> int:
    """Return how many bytes the pixels may take."""
    # Both sides are less than twice `longest_side`.
    pixels = min((2 * longest_side) ** 2, limits.pixels_most) if longest_side else limits.pixels_most
    return 3 * pixels


def _read(values: dict[str, Any], memory: int, length: int, room: int) -> Decoded:
    """Return the picture; whatever a decoder says is believed no further than it can do harm."""
    if "error" in values:
        raise _ERRORS.get(values["error"], InvalidImage)(str(values["message"]))
    try:
        width, height = (int(side) for side in values["size"])
        if min(width, height) < 1 or width * height * 3 > room:
            raise Closed
        image = Image.frombytes("RGB", (width, height), os.pread(memory, width * height * 3, length))
        return Decoded(image, str(values.get("note", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise Closed from error


def _too_slow(allowance: Allowance) -> ImageTooSlow:
    return ImageTooSlow(f"Expected a picture that is decoded within {allowance.seconds:g} seconds; this takes longer.")
