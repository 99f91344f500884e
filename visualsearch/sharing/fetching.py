"""From the storage to this host: the newest snapshot, where it is newer than the one here."""

from __future__ import annotations

import logging
from functools import partial

from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Index
from visualsearch.indexes.headers import HEADER
from visualsearch.models import SnapshotUpload
from visualsearch.sharing.storage import download, get_storage, is_shared

logger = logging.getLogger(__name__)

_unusable: set[str] = set()
"""Headers of uploads that this process has found damaged, or cannot open."""


def fetch_newer(index: Index) -> bool:
    """Publish the storage's newest snapshot on this host where it is newer than the one here; tells whether it was."""
    upload = find_newer(index)
    return upload is not None and fetch(index, upload)


def find_newer(index: Index) -> SnapshotUpload | None:
    """Return the storage's newest snapshot where it is newer than the one on this host."""
    upload = SnapshotUpload.objects.newest(index.space) if is_shared() else None
    if upload is None or _name(upload) in _unusable:
        return None
    here = index.snapshot()
    return None if here and here[0] >= upload.stamp else upload


def fetch(index: Index, upload: SnapshotUpload, *, wait: float = 0.0) -> bool:
    """Publish this upload on this host, waiting for another writer for so many seconds; tells whether it was.

    Asks no database. Whatever is wrong is logged, and this host goes on with what it has.
    """
    try:
        return index.adopt(upload.stamp, partial(download, get_storage(), upload.files, upload.digest), wait=wait)
    except IndexUnavailable as error:
        _unusable.add(_name(upload))
        logger.warning("The snapshot of another host is left aside, and searching goes on without it: %s", error)
    except Exception as error:  # storages raise errors of many libraries
        logger.warning("The snapshot of another host could not be fetched; it is tried again later: %s", error)
    return False


def _name(upload: SnapshotUpload) -> str:
    # No other upload has it, whereas a restored database may give a number again.
    return str(upload.files.get(HEADER))
