"""Real processes of one shop: commands, workers, a server, each ended by its own process id."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from catalog.demo.children import Child

ROOT = Path(__file__).parents[1]
COMMAND_SECONDS = 120.0
START_SECONDS = 60.0
# What the process of the tests was given must not reach the shop's.
_OURS = (
    *("DATABASE_URL", "BROKER_URL", "CACHE_URL", "SECRET_KEY", "SHOP_QUEUE"),
    *("VISUALSEARCH_EMBEDDER", "VISUALSEARCH_INDEX", "VISUALSEARCH_QUEUE"),
)


def wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Return the first true value of the condition; fails when there is none for so long."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain until {what}.")
        time.sleep(0.05)
    return value


def pause(*process_ids: int) -> None:
    """Stop processes where they are, until SIGCONT; returns when none of their threads runs any more.

    On a busy machine that is later than the signal, and meanwhile a server answers.
    """
    for number in process_ids:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGSTOP)
    for number in process_ids:
        wait_until(lambda number=number: not _running_threads(number), 10, "a process has stopped")


def _running_threads(process_id: int) -> list[str]:
    """Return the state of each thread that is neither stopped nor gone, none on systems without /proc."""
    states = []
    for file in Path(f"/proc/{process_id}/task").glob("*/stat"):
        with suppress(OSError):
            states.append(file.read_text().rpartition(")")[2].split()[0])
    return [state for state in states if state not in {"T", "t", "Z", "X"}]


@dataclass(kw_only=True)
class Shop:
    """A shop with a folder and a database of its own; leaving it ends every process that it started."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
        own = {"VAR_DIR": str(self.folder), "DJANGO_SETTINGS_MODULE": "catalog.settings", "OMP_NUM_THREADS": "1"}
        own |= {"PYTHONUNBUFFERED": "1", "VISUALSEARCH_EMBEDDER": "thumbnail"}
        self.environment = {**inherited, **own, **self.environment}

    def __enter__(self) -> Self:
        self.command("migrate", "--verbosity", "0")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for child in self.children:
            # Nothing of this shop is kept, so nobody waits for its processes to say goodbye.
            kill(child)

    def command(self, *arguments: str, status: int | None = 0, **environment: str) -> str:
        """Run a command of manage.py to its end and return what it printed; with a status of None, whatever it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
        assert status in (None, done.returncode), (
            f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def manage(self, *arguments: str, status: int | None = 0, **environment: str) -> Any:
        """Run a command of manage.py that prints JSON."""
        return json.loads(self.command(*arguments, "--json", status=status, **environment))

    def do(self, program: str, **environment: str) -> Any:
        """Run a program in a process of its own with the shop's models; returns the JSON that it printed, if any."""
        printed = self.command("shell", "--verbosity", "0", "--command", f"import json\n{program}", **environment)
        return json.loads(printed) if printed.strip() else None

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database without a process in between, to see what is under way."""
        url = self.environment.get("DATABASE_URL")
        connection: Any = psycopg.connect(url) if url else sqlite3.connect(self.folder / "db.sqlite3", timeout=20)
        try:
            return list(connection.execute(sql).fetchall())
        finally:
            connection.close()

    def logs(self) -> str:
        """Return the end of what each process said; pytest shows it where a test failed."""
        return "\n".join(f"{child.log}:\n{child.last_lines(40)}" for child in self.children)

    def start_worker(
        self, *, loglevel: str = "warning", pool: str = "threads", beat: bool = True, **environment: str
    ) -> Child:
        """Start Celery's worker, with beat in it by default as in the demo."""
        name = f"worker{len(self.children)}"
        options = ["--pool", pool, "--concurrency", "2"]
        options += ["--beat", "--schedule", str(self.folder / f"{name}.beat")] if beat else []
        quiet = ["--loglevel", loglevel, "--without-gossip", "--without-mingle", "--hostname", f"{name}@%h"]
        queue = self.environment.get("VISUALSEARCH_QUEUE", "visualsearch")
        program = ["-m", "celery", "--app", "catalog", "worker", "--queues", queue, *options, *quiet]
        return self.start(*program, name=name, **environment)

    def start_beat(self) -> Child:
        """Start Celery's beat as a process of its own."""
        program = ["-m", "celery", "--app", "catalog", "beat", "--schedule", str(self.folder / "beat")]
        return self.start(*program, "--loglevel", "warning", name="beat")

    def start_server(self, *more: str) -> str:
        """Start the server of pages, with `more` options; returns its address once it answers."""
        port = free_port()
        options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
        server = self.start("-m", "gunicorn", "catalog.wsgi:application", *options, *more, name=f"server{port}")
        wait_until(lambda: server.has_ended or _answers(port), START_SECONDS, "the server answers")
        assert not server.has_ended, server.last_lines()
        return f"http://127.0.0.1:{port}"

    def start(self, *arguments: str, name: str = "", **environment: str) -> Child:
        """Start Python with these arguments and do not wait for its end."""
        name = name or f"process{len(self.children)}"
        log = self.folder / "logs" / f"{name}.log"
        everything = {**self.environment, **environment}
        self.children.append(Child(name, [sys.executable, *arguments], log=log, folder=ROOT, environment=everything))
        return self.children[-1]


def kill(child: Child) -> None:
    """End a process and all that it started as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    wait_until(lambda: child.has_ended, START_SECONDS, "the killed process is gone")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
