"""What a decoder does all its life: takes bytes, gives pixels or says what is wrong; ends when nobody asks any more."""

from __future__ import annotations

import math
import os
import resource
import socket
from contextlib import suppress
from mmap import mmap
from pathlib import Path
from typing import Any

from visualsearch.exceptions import InvalidImage, TooManyPixels
from visualsearch.images.decoders.messages import Closed, receive, send
from visualsearch.images.decoding import decode
from visualsearch.images.limits import Limits

_FILES_MOST = 64
_WORDS_MOST = 2000


def serve(number: int) -> None:
    """Decode what comes in on a line until its other side ends."""
    _give_up_rights()
    line = socket.socket(fileno=number)
    with suppress(Closed):
        send(line, {"ready": True})
        while True:
            values, (file,) = receive(line, files_most=1)
            with mmap(file, values["length"] + values["room"]) as shared:
                os.close(file)
                answer = _answer(values, shared)
            send(line, answer)


def _give_up_rights() -> None:
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _FILES_MOST),
    ):
        resource.setrlimit(limit, (value, value))
    # Where memory runs short, the system is to end a decoder and not whom it works for.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


def _answer(values: dict[str, Any], shared: mmap) -> dict[str, Any]:
    """Return what to say; pixels are laid behind the photo."""
    _allow(seconds=values["seconds"], data_bytes=values["data_bytes"])
    try:
        length = values["length"]
        image, note = decode(shared[:length], Limits(**values["limits"]), values["longest_side"])
        pixels = image.tobytes()
        shared[length : length + len(pixels)] = pixels
        return {"size": image.size, "note": note[:_WORDS_MOST]}
    except InvalidImage as error:
        return {"error": type(error).__name__, "message": str(error)[:_WORDS_MOST]}
    except MemoryError:
        message = "Expected a picture that is decoded in less memory: this one needs too much."
        return {"error": TooManyPixels.__name__, "message": message}


def _allow(*, seconds: float, data_bytes: int) -> None:
    """Let this photo have so much of the processor and of memory; past the first the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime + seconds), hard))
    resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))
