"""A storage in memory that can be down."""

from __future__ import annotations

import errno
from typing import IO, Any, ClassVar

from django.core.files.storage import InMemoryStorage, default_storage


class FlakyStorage(InMemoryStorage):
    """Keeps pictures in memory, and fails to read any while it is down."""

    is_down: ClassVar[bool] = False

    def _open(self, name: str, mode: str = "rb") -> Any:
        if self.is_down and mode == "rb":
            raise OSError(errno.EIO, "Input/output error")
        return super()._open(name, mode)


def overwrite(name: str, content: bytes) -> None:
    """Put other bytes into a stored file, so that nothing but its content tells."""
    # A file in memory that is opened for writing keeps what is longer than the new content.
    default_storage.delete(name)
    file: IO[bytes]
    with default_storage.open(name, "wb") as file:
        file.write(content)


def read(name: str) -> bytes:
    """Return the bytes of a stored file."""
    with default_storage.open(name, "rb") as file:
        return bytes(file.read())
