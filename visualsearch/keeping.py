"""Shoppers' photos that a shop has chosen to keep: in a storage of its choice, for some days, without metadata."""

from __future__ import annotations

import logging
import secrets
from datetime import date, timedelta
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone
from PIL import Image

from visualsearch.conf import get_settings

logger = logging.getLogger(__name__)

SIDE_MOST = 1024
"""Pixels of the longer side of a kept photo."""

_QUALITY = 85


def keeps_photos() -> bool:
    """Tell whether the shop has chosen to keep photos."""
    return bool(get_settings().keep_photos)


def keep_photo(image: Image.Image) -> str:
    """Keep a decoded photo and return the name it is kept under; "" where the shop keeps none or the storage fails."""
    if not keeps_photos():
        return ""
    # Nobody can guess it, and it says nothing of the shopper; the day is what its deletion goes by.
    name = f"{timezone.now().date():%Y-%m-%d}/{secrets.token_urlsafe(18)}.jpg"
    try:
        return str(_storage().save(name, _as_jpeg(image)))
    except OSError as error:
        logger.error("A photo cannot be kept, and the search goes on without: %s", error)
        return ""


def open_kept(name: str) -> IO[bytes]:
    """Open a kept photo; raises FileNotFoundError for one that is no longer there."""
    if not name or not keeps_photos():
        raise FileNotFoundError(name)
    return _storage().open(name, "rb")


def forget_photos(*, all_of_them: bool = False) -> int:
    """Delete the photos that are older than KEEP_PHOTOS_DAYS, or all of them, and return how many."""
    if not keeps_photos():
        return 0
    storage, count = _storage(), 0
    first_kept = timezone.now().date() - timedelta(days=get_settings().keep_photos_days)
    for folder in _folders(storage):
        day = _day_of(folder)
        if day is None or (day >= first_kept and not all_of_them):
            continue
        for name in storage.listdir(folder)[1]:
            storage.delete(f"{folder}/{name}")
            count += 1
        storage.delete(folder)
    return count


def _storage() -> Storage:
    return storages[get_settings().keep_photos or ""]


def _folders(storage: Storage) -> list[str]:
    try:
        return storage.listdir("")[0]
    except FileNotFoundError:  # none was ever kept
        return []


def _day_of(folder: str) -> date | None:
    try:
        return date.fromisoformat(folder)
    except ValueError:
        return None


def _as_jpeg(image: Image.Image) -> ContentFile[bytes]:
    small = image.convert("RGB")
    small.thumbnail((SIDE_MOST, SIDE_MOST))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return ContentFile(buffer.getvalue())
