"""A broker without a server: kombu's file-system transport, made safe for several processes.

The stock transport lets a reader see a file before it is written, and dies of one that it cannot decode
(celery/kombu#1551). Here a message appears whole or not at all, and what cannot be read is put aside.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

ATTEMPTS = 20
"""How often a file is written whose folder vanishes meanwhile."""


class Channel(filesystem.Channel):
    """Messages as files: one is published and taken by renaming it."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        """Publish by renaming; the wall clock in the name keeps the order, also over a restart of the machine."""
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        written = folder / f".{name}"

        def publish() -> None:
            folder.mkdir(parents=True, exist_ok=True)
            written.write_text(dumps(payload))
            os.replace(written, folder / name)

        _where_folders_vanish(publish)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the oldest message that can be read."""
        for name in sorted(self._names(queue)):
            taken = self._take(name)
            if taken is None:
                continue
            try:
                message = loads(taken.read_text())
                if not isinstance(message, dict):
                    raise ValueError("it is no message")
            except FileNotFoundError:
                continue
            except ValueError as error:
                self._put_aside(taken, error)
                continue
            taken.unlink(missing_ok=True)
            return message
        raise Empty

    def _take(self, name: str) -> Path | None:
        """Rename a message away, which only one of several readers can do."""
        folder = Path(self.processed_folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            taken = folder / name
            os.replace(Path(self.data_folder_in) / name, taken)
        except FileNotFoundError:
            return None
        return taken

    def _put_aside(self, taken: Path, error: Exception) -> None:
        folder = taken.parent.parent / "unreadable"
        logger.error("Message %s cannot be read (%s); it lies in %s.", taken.name, error, folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.replace(taken, folder / taken.name)
        except FileNotFoundError:
            logger.warning("Message %s has gone.", taken.name)

    def _names(self, queue: str) -> list[str]:
        """Return the names of the waiting messages of a queue; none where the folder has gone."""
        try:
            names = os.listdir(self.data_folder_in)
        except FileNotFoundError:
            return []
        return [name for name in names if not name.startswith(".") and name.partition(".")[2] == f"{queue}.msg"]

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        names = self._names(queue)
        for name in names:
            (Path(self.data_folder_in) / name).unlink(missing_ok=True)
        return len(names)

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        binding = [routing_key or "", pattern or "", queue or ""]
        self._change_table(exchange, lambda table: table if binding in table else [binding, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        virtual.Channel._delete(self, queue, exchange, routing_key, pattern, *args, **kwargs)
        binding = [routing_key or "", pattern or "", queue or ""]
        self._change_table(exchange, lambda table: [other for other in table if other != binding])

    def get_table(self, exchange: str) -> list[Any]:
        """Return who listens to an exchange; where its file was deleted, write anew what this process knows."""
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        if not file.exists():
            for queue, bound_to, routing_key in list(self.state.bindings or ()):
                if bound_to == exchange:
                    pattern = self.typeof(exchange).prepare_bind(queue, exchange, routing_key, None)[1]
                    self._queue_bind(exchange, routing_key, pattern, queue)
        return [filesystem.exchange_queue_t(*binding) for binding in _read_table(file)]

    def _change_table(self, exchange: str, change: Callable[[list[Any]], list[Any]]) -> None:
        """Replace an exchange's file in one step, one process after the other."""
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        written = file.with_name(f".{file.name}.{uuid.uuid4().hex}")

        def replace() -> None:
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file.parent / ".lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                written.write_text(dumps(change(_read_table(file))))
                os.replace(written, file)

        _where_folders_vanish(replace)


def _where_folders_vanish(write: Callable[[], None]) -> None:
    """Write, and begin again where somebody deleted the folder between two steps: a worker would die of the error."""
    for _ in range(ATTEMPTS - 1):
        with suppress(FileNotFoundError):
            return write()
    return write()


def _read_table(file: Path) -> list[Any]:
    try:
        table: list[Any] = loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return []
    return table


class Transport(filesystem.Transport):
    """The embedded broker, `embedded://`."""

    Channel = Channel
