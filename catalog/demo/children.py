"""Processes that the demo starts, and ends with everything that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE_SECONDS = 10.0


class Child:
    """One process in a session of its own, so that Ctrl-C reaches it only through us."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, folder: Path, environment: dict[str, str]):
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process, and the group of everything that it started."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it ended, though nobody asked it to."""
        return self._process.poll() is not None

    def last_lines(self, number: int = 12) -> str:
        """Return the end of what it said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-number:])

    def ask_to_stop(self) -> None:
        """Ask it to end, and do not wait."""
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to end, wait, then end by force whatever of it is left."""
        self.ask_to_stop()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._group_lives() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _group_lives(self) -> bool:
        self._process.poll()
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)
