"""Snapshots that are built once and shared by hosts through a storage of the shop's choice."""

from __future__ import annotations

from visualsearch.sharing.fetching import fetch_newer
from visualsearch.sharing.leases import building
from visualsearch.sharing.refreshing import refresh
from visualsearch.sharing.uploading import forget_uploads, is_ahead, remove_old_uploads, upload_newer

__all__ = [
    "building",
    "fetch_newer",
    "forget_uploads",
    "is_ahead",
    "refresh",
    "remove_old_uploads",
    "upload_newer",
]
