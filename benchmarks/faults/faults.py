"""What is broken, and how it is mended."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

from benchmarks.faults.clock import set_back
from benchmarks.faults.servers import Server
from benchmarks.faults.shop import BusyShop
from benchmarks.faults.storage import FAILS


class Fault(ABC):
    """One thing that goes wrong for a while."""

    def __init__(self, name: str, *, broker: str = "redis") -> None:
        self.name = name
        self.broker = broker

    def missing(self) -> str:
        """Say what this machine lacks to make it; empty where it can be made."""
        return ""

    @abstractmethod
    def begin(self, busy: BusyShop) -> None:
        """Break it."""

    @abstractmethod
    def end(self, busy: BusyShop) -> None:
        """Mend it."""


class Killed(Fault):
    """A part of the shop is killed, and started again later."""

    def begin(self, busy: BusyShop) -> None:
        """Kill it."""
        busy.kill(self.name)

    def end(self, busy: BusyShop) -> None:
        """Start it again."""
        busy.start(self.name)


class WebKilled(Fault):
    """One of the two servers of pages is killed."""

    def begin(self, busy: BusyShop) -> None:
        """Kill it."""
        busy.kill("web1")

    def end(self, busy: BusyShop) -> None:
        """Start another one in its place."""
        busy.start_server()
        busy.addresses[0] = busy.addresses.pop()


class ServerKilled(Fault):
    """A server that the shop needs is killed."""

    def begin(self, busy: BusyShop) -> None:
        """Kill it."""
        self._server(busy).kill()

    def end(self, busy: BusyShop) -> None:
        """Start it again, with its data as the kill left it."""
        self._server(busy).start()

    def _server(self, busy: BusyShop) -> Server:
        return busy.servers[self.name]


class DiskFull(Fault):
    """No byte is left where snapshots of the index lie."""

    def begin(self, busy: BusyShop) -> None:
        """Put a full disk over the folder."""
        folder = self._folder(busy)
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], check=True)
        with (folder / "full").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"0" * 4096)
            except OSError:
                pass
        # Whoever wants to write must write now.
        busy.shop.command("visualsearch_rebuild", status=None)

    def end(self, busy: BusyShop) -> None:
        """Take it away again."""
        subprocess.run(["umount", "--lazy", str(self._folder(busy))], check=True)

    def missing(self) -> str:
        """Say whether disks can be mounted."""
        done = subprocess.run(["unshare", "--mount", "true"], capture_output=True)
        return "" if done.returncode == 0 else "disks cannot be mounted"

    def _folder(self, busy: BusyShop) -> Path:
        return busy.shop.folder / "visualsearch"


class ClockSetBack(Fault):
    """The clock of every process of the shop jumps an hour back, and stays there."""

    def begin(self, busy: BusyShop) -> None:
        """Set it back."""
        set_back(busy.shop.folder, 3600.0)

    def end(self, busy: BusyShop) -> None:
        """Leave it there: a shop must go on by its new clock."""


class StorageFails(Fault):
    """One read of a picture in ten fails."""

    def begin(self, busy: BusyShop) -> None:
        """Let reads fail."""
        (busy.shop.folder / FAILS).touch()

    def end(self, busy: BusyShop) -> None:
        """Let them succeed."""
        (busy.shop.folder / FAILS).unlink()


FAULTS: tuple[Fault, ...] = (
    Killed("worker"),
    Killed("beat"),
    WebKilled("web"),
    ServerKilled("redis"),
    ServerKilled("rabbitmq", broker="rabbitmq"),
    ServerKilled("postgresql"),
    DiskFull("disk full"),
    ClockSetBack("clock set back"),
    StorageFails("storage"),
)
