"""From catalogue to rows to index: what keeps them in step."""

from __future__ import annotations

from visualsearch.sync.journal import request_sync
from visualsearch.sync.objects import SyncReport, finish, outstanding, sync_outstanding
from visualsearch.sync.rebuild import compact_where_needed, rebuild
from visualsearch.sync.reconcile import reconcile, request_everything
from visualsearch.sync.status import Progress, Status, get_progress, get_status
from visualsearch.sync.verify import Proof, verify

__all__ = [
    "Progress",
    "Proof",
    "Status",
    "SyncReport",
    "compact_where_needed",
    "finish",
    "get_progress",
    "get_status",
    "outstanding",
    "rebuild",
    "reconcile",
    "request_everything",
    "request_sync",
    "sync_outstanding",
    "verify",
]
