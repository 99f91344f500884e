"""A Milvus Lite for tests: a process of its own that answers on this machine alone, one request after the other."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.processes import ROOT, free_port, pause, wait_until
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.milvus.connection import Connection

TOKEN = "root:open-sesame"
START_SECONDS = 60.0

# Its readme calls several writers at once unsafe: one thread serves them one by one.
_SERVER = ["-m", "milvus_lite.cmdline", "server", "--host", "127.0.0.1", "--max-workers", "1"]


class Lite:
    """Milvus Lite on a port and a folder of its own, which can be taken away and come back."""

    secret = TOKEN.partition(":")[2]

    def __init__(self, folder: Path, *, halves: bool = False) -> None:
        self._folder = folder
        self._program = ["-m", "tests.indexes.milvus.halves"] if halves else _SERVER
        self.uri = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        place = ["--data-dir", str(self._folder / "data"), "--port", str(urlsplit(self.uri).port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([sys.executable, *self._program, *place], cwd=ROOT, stdout=log, stderr=log)
        wait_until(self._answers, START_SECONDS, "Milvus Lite answers")

    def stop(self) -> None:
        """End it as a power cut does."""
        self._signal(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def pause(self) -> None:
        assert self._process
        pause(self._process.pid)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
        try:
            return bool(Connection(self.uri, TOKEN).version(1.0))
        except IndexUnavailable:
            return False
