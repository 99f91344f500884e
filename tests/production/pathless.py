"""A storage as django-storages has it for S3: what it keeps has an address, and no path."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage


class PathlessStorage(Storage):
    """Keeps files in memory; `path`, which it lacks, raises NotImplementedError."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        return ContentFile(self._kept[name], name=name)

    def _save(self, name: str, content: File[Any]) -> str:
        self._kept[name] = content.read()
        return name

    def exists(self, name: str) -> bool:
        """Tell whether a file of this name is kept."""
        return name in self._kept

    def delete(self, name: str) -> None:
        """Forget a file."""
        self._kept.pop(name, None)

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return len(self._kept[name])

    def url(self, name: str | None) -> str:
        """Return its address."""
        return f"https://pictures.invalid/{name}"
