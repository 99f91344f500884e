"""Servers of our own, on free ports and in a temporary folder: killed and started again, and nothing else's."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from contextlib import suppress
from glob import glob
from pathlib import Path

from tests.processes import free_port, wait_until

HOST = "127.0.0.1"
START_SECONDS = 60.0


class Server(ABC):
    """One server with its data in a folder; a kill leaves the data as a power cut would."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.prepare()
        self.start()

    @property
    @abstractmethod
    def url(self) -> str:
        """What a shop's environment says of it."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return what starts it and stays in the foreground."""

    def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Make what it needs before its first start."""

    def environment(self) -> dict[str, str]:
        """Return what its environment has beside ours."""
        return {}

    def user(self) -> str | None:
        """Return whom it runs as; None for ourselves."""
        return None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self._launch()
        wait_until(self._is_up, START_SECONDS, f"{self.name} answers")

    def _is_up(self) -> bool:
        # PostgreSQL refuses to start while a child of the one that was killed has not yet noticed its parent's end.
        if self._process and self._process.poll() is not None:
            self._launch()
        return self.answers()

    def _launch(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env={**os.environ, **self.environment()},
                user=self.user(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it and all that it started, as a power cut would."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def answers(self) -> bool:
        """Tell whether it takes connections."""
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False


class Redis(Server):
    """Redis that keeps nothing but what is in its memory: a kill loses every message."""

    name = "redis"

    @property
    def url(self) -> str:
        """What a shop's environment says of it."""
        return f"redis://{HOST}:{self.port}/0"

    def command(self) -> list[str]:
        """Return what starts it."""
        return ["redis-server", "--port", str(self.port), "--bind", HOST, "--save", "", "--dir", str(self.folder)]


class RabbitMQ(Server):
    """RabbitMQ as a node of its own, with an epmd of its own."""

    name = "rabbitmq"

    def prepare(self) -> None:
        """Choose its other ports."""
        self._ports = free_port(), free_port()
        # In a file, since one of the machine's own would come before the environment.
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = {HOST}:{self.port}\n")

    @property
    def url(self) -> str:
        """What a shop's environment says of it."""
        return f"amqp://guest:guest@{HOST}:{self.port}//"

    def command(self) -> list[str]:
        """Return what starts it."""
        return [sorted(glob("/usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server"))[-1]]

    def environment(self) -> dict[str, str]:
        """Return ports and folders of its own."""
        epmd, distribution = self._ports
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"faults{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "none.config"),
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
        }


class PostgreSQL(Server):
    """A cluster of its own, which recovers from its log after a kill."""

    name = "postgresql"

    @property
    def url(self) -> str:
        """What a shop's environment says of it."""
        return f"postgres://postgres@{HOST}:{self.port}/postgres"

    def prepare(self) -> None:
        """Make the cluster; the server refuses to run as root."""
        self._let_in()
        if self.user():
            shutil.chown(self.folder, self.user())
        initdb = [_program("initdb"), "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run(initdb, check=True, user=self.user(), capture_output=True, cwd=self.folder)

    def user(self) -> str | None:
        """Return whom it runs as."""
        return "postgres" if os.getuid() == 0 else None

    def _let_in(self) -> None:
        for folder in [self.folder, *self.folder.parents]:
            if folder.stat().st_uid == os.getuid() and not folder.stat().st_mode & 0o001:
                folder.chmod(0o711)

    def _launch(self) -> None:
        # A second run of the tests closes the folder that both lie in.
        self._let_in()
        super()._launch()

    def command(self) -> list[str]:
        """Return what starts it."""
        options = ["-p", str(self.port), "-c", f"listen_addresses={HOST}", "-k", str(self.folder)]
        return [_program("postgres"), "-D", str(self.folder / "data"), *options, "-c", "max_connections=200"]


def _program(name: str) -> str:
    return shutil.which(name) or sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"))[-1]


def missing_programs() -> list[str]:
    """Name the servers that are not installed here."""
    found = {
        "redis": bool(shutil.which("redis-server")),
        "rabbitmq": bool(glob("/usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server")),
        "postgresql": bool(shutil.which("initdb") or glob("/usr/lib/postgresql/*/bin/initdb")),
    }
    return [name for name, there in found.items() if not there]
