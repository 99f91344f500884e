"""A storage as django-storages has it for S3: what it keeps has no path."""

from __future__ import annotations

from django.core.files.storage import InMemoryStorage


class PathlessStorage(InMemoryStorage):
    """Keeps files in memory and knows no paths."""

    def path(self, name: str) -> str:
        """Say that there is none, as `Storage` does."""
        raise NotImplementedError("This backend doesn't support absolute paths.")
