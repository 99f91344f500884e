"""From pages of changes to the files of a snapshot, and from its files to an open snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.base import Changes, Space
from visualsearch.indexes.headers import Header, read_header, seal
from visualsearch.indexes.snapshots import IDS, VECTORS, ExactSnapshot, Snapshot
from visualsearch.indexes.spool import spool

_SPOOL = "spool"


def is_ivf_worth_it(count: int) -> bool:
    """Say whether so many vectors are searched in lists; without FAISS none are."""
    return count >= get_settings().ivf_from and find_spec("faiss") is not None


def write_snapshot(folder: Path, space: Space, pages: Iterable[Changes], last: Snapshot | None) -> Header:
    """Write all rows of `pages` into an empty folder and seal it; lists of the `last` snapshot may be used again."""
    rows = spool(pages, folder / _SPOOL, space.dimensions)
    header = Header(
        source=space.source,
        fingerprint=space.fingerprint,
        dimensions=space.dimensions,
        revision=rows.revision,
        count=len(rows),
        kind="exact",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    rows.ids.astype("<i8").tofile(folder / IDS)
    if is_ivf_worth_it(len(rows)):
        # FAISS is loaded only where lists are built or opened.
        from visualsearch.indexes.ivf import write_ivf

        facts = write_ivf(folder, rows, last)
        header = Header(**(asdict(header) | asdict(facts) | {"kind": "ivf"}))
    else:
        with (folder / VECTORS).open("wb") as file:
            for _, block in rows.blocks():
                file.write(np.ascontiguousarray(block).tobytes())
    (folder / _SPOOL).unlink()
    seal(folder, header)
    return header


def open_snapshot(folder: Path, space: Space) -> Snapshot:
    """Open a sealed folder; raises SnapshotDamaged, or IndexUnavailable when this process lacks what it takes."""
    header = read_header(folder, space)
    if header.kind == "exact":
        return ExactSnapshot(folder, header)
    if find_spec("faiss") is None:
        raise IndexUnavailable(f"{folder} needs FAISS: pip install django-visualsearch[faiss].")
    from visualsearch.indexes.ivf import IvfSnapshot

    return IvfSnapshot(folder, header)
