"""Several hosts of one shop: processes with folders of their own, and one database, broker and storage between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.processes import Shop


def folder_storage(folder: Path) -> dict[str, Any]:
    """Return what STORAGES says of a folder that all hosts see."""
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}


@contextmanager
def hosts_of(folder: Path, servers: dict[str, str], *names: str, **environment: str) -> Iterator[list[Shop]]:
    """Yield hosts of these names, each with the folder of its name."""
    shared = {
        "DJANGO_SETTINGS_MODULE": "tests.several_hosts",
        "SHARED_DIR": str(folder),
        "SNAPSHOTS": json.dumps(folder_storage(folder / "storage")),
        "SECRET_KEY": "shared by all hosts",
        **servers,
        **environment,
    }
    with ExitStack() as stack:
        yield [stack.enter_context(Shop(folder=folder / name, environment=shared)) for name in names]


def snapshots_of(host: Shop) -> list[bytes]:
    """Return the headers of the snapshots that lie in a host's folder, oldest first."""
    found = []
    for path in sorted(host.folder.glob("visualsearch/*/*/*/header.json")):
        if path.parent.name.isdecimal():
            try:
                found.append(path.read_bytes())
            except FileNotFoundError:
                # A newer one has come meanwhile.
                continue
    return found


def newest_of(host: Shop) -> bytes:
    """Return the header of a host's newest snapshot, empty while it has none."""
    return (snapshots_of(host) or [b""])[-1]
