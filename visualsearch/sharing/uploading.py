"""From this host to the storage: the snapshot that it has built, and the end of those that it replaces."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from visualsearch.indexes import Index, Space, Stamp
from visualsearch.indexes.headers import HEADER, digest_of
from visualsearch.indexes.shelf import folder_name
from visualsearch.models import SnapshotUpload
from visualsearch.sharing import storage

logger = logging.getLogger(__name__)

GRACE = timedelta(minutes=15)
"""How long an upload outlives the next one: whoever is fetching it may come to an end."""

LONGEST = timedelta(hours=5)
"""No task that uploads runs for longer: what is not whole by then never will be."""


def is_ahead(index: Index) -> bool:
    """Tell whether the snapshot of this host is newer than the storage's."""
    here = index.snapshot() if storage.is_shared() else None
    return here is not None and _is_wanted(index.space, here[0])


def upload_newer(index: Index) -> bool:
    """Put the snapshot of this host into the storage where it is newer than what is there; tells whether it was.

    Whatever is wrong is logged: this host searches in it anyway, and tries again later.
    """
    here = index.snapshot() if storage.is_shared() else None
    if here is None or not _is_wanted(index.space, here[0]):
        return False
    try:
        return _upload(index.space, *here)
    except Exception as error:  # storages raise errors of many libraries
        logger.warning("A snapshot of %s could not be uploaded; it is tried again later: %s", index.space.source, error)
        return False


def remove_old_uploads() -> None:
    """Delete what newer uploads have replaced for long enough, and what was left by hosts that died."""
    if not storage.is_shared():
        return
    now = timezone.now()
    dead = list(SnapshotUpload.objects.filter(digest="", at__lt=now - LONGEST))
    whole = sorted(SnapshotUpload.objects.exclude(digest=""), key=_place)
    replaced = [old for old, new in pairwise(whole) if _space_of(old) == _space_of(new) and new.at < now - GRACE]
    _remove_each(dead + replaced)


def forget_uploads(fingerprint: str) -> None:
    """Delete all uploads of one embedder."""
    if storage.is_shared():
        _remove_each(list(SnapshotUpload.objects.filter(fingerprint=fingerprint)))


def _is_wanted(space: Space, stamp: Stamp) -> bool:
    newest = SnapshotUpload.objects.newest(space)
    return newest is None or newest.stamp < stamp


def _upload(space: Space, stamp: Stamp, folder: Path) -> bool:
    prefix = f"{folder_name(space.source)}/{folder_name(space.fingerprint)}/{uuid4().hex}"
    digest, names = digest_of((folder / HEADER).read_bytes()), storage.planned_names(folder, prefix)
    # Written before the first file, so that none is left for ever by a host that dies.
    row = SnapshotUpload.objects.create(
        source=space.source,
        fingerprint=space.fingerprint,
        revision=stamp[0],
        written=stamp[1],
        files=names,
        at=timezone.now(),
    )
    try:
        row.files = storage.upload(folder, storage.get_storage(), names)
        whole = {"files": row.files, "digest": digest, "at": timezone.now()}
        # Seen by the others from here on.
        if not SnapshotUpload.objects.filter(pk=row.pk).update(**whole):
            raise TimeoutError("It took so long that it was given up.")
    except BaseException:
        # What cannot be deleted now is deleted later.
        with suppress(Exception):
            _remove(row)
        raise
    logger.info("Uploaded the snapshot of %s at revision %d for other hosts.", space.source, stamp[0])
    return True


def _remove_each(uploads: list[SnapshotUpload]) -> None:
    try:
        for upload in uploads:
            _remove(upload)
    except Exception as error:  # storages raise errors of many libraries
        logger.warning("Old snapshots cannot be deleted; it is tried again later: %s", error)


def _remove(upload: SnapshotUpload) -> None:
    for name in upload.files.values():
        storage.get_storage().delete(name)
    upload.delete()


def _space_of(upload: SnapshotUpload) -> tuple[str, str]:
    return upload.source, upload.fingerprint


def _place(upload: SnapshotUpload) -> tuple[tuple[str, str], Stamp, int]:
    return _space_of(upload), upload.stamp, upload.pk
