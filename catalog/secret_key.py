"""From a folder to the secret key that is kept in it."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


def read_or_create_secret_key(path: Path) -> str:
    """Return the key kept in `path`, made on first use and readable by its owner only."""
    try:
        if not path.exists():
            _create(path)
        key = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot keep a secret key in {path} ({error}): set SECRET_KEY, or VAR_DIR to a folder that can be written."
        ) from error
    if not key:
        raise ImproperlyConfigured(f"{path} is empty: delete it for a new key, or set SECRET_KEY.")
    return key


def _create(path: Path) -> None:
    """Write a new key; of two processes that start at once, both end up with the first one's."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(get_random_secret_key())
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
