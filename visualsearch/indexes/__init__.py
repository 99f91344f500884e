"""From a vector to the nearest stored vectors: interchangeable indexes behind one contract."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Any, cast

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes.base import (
    Attribute,
    Changes,
    Condition,
    Index,
    IndexStatus,
    Matches,
    ReadChanges,
    RowsQuery,
    Space,
    Stamp,
)
from visualsearch.indexes.digests import block_digests, differing_blocks

__all__ = [
    "Attribute",
    "Changes",
    "Condition",
    "Index",
    "IndexStatus",
    "Matches",
    "ReadChanges",
    "RowsQuery",
    "Space",
    "Stamp",
    "block_digests",
    "differing_blocks",
    "get_index",
    "index_class",
    "load_index",
]

_NAMES = {
    "exact": "visualsearch.indexes.exact.ExactIndex",
    "faiss": "visualsearch.indexes.faiss.FaissIndex",
    "milvus": "visualsearch.indexes.milvus.index.MilvusIndex",
    "pgvector": "visualsearch.indexes.pgvector.PgvectorIndex",
}
_indexes: dict[tuple[str, Path, Space], Index] = {}
_lock = Lock()


def index_class(name: str) -> type[Index]:
    """Return an index's class by its name or dotted path; raises IndexUnavailable when there is no such class."""
    try:
        return cast(type[Index], import_string(_NAMES.get(name, name)))
    except ImportError as error:
        known = ", ".join(sorted(_NAMES))
        raise IndexUnavailable(f"{name!r} is no index ({known}, or the path of a class): {error}.") from error


def load_index(name: str, space: Space) -> Index:
    """Return a new index by its name or dotted path; raises IndexUnavailable when there is no such class."""
    return index_class(name)(space)


def get_index(name: str, space: Space) -> Index:
    """Return this process's one index of this name and space."""
    key = (name, get_settings().directory, space)
    with _lock:
        if key not in _indexes:
            _indexes[key] = load_index(name, space)
        return _indexes[key]


def _forget() -> None:
    """A forked child starts anew: its parent's threads may have held any of the locks."""
    global _lock
    _lock = Lock()
    _indexes.clear()


def _forget_on_change(*, setting: str, **kwargs: Any) -> None:
    if setting == "VISUALSEARCH":
        _indexes.clear()


os.register_at_fork(after_in_child=_forget)
setting_changed.connect(_forget_on_change, dispatch_uid="visualsearch.indexes")
