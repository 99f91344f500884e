"""From catalogue to rows to index: what keeps them in step."""

from __future__ import annotations

from visualsearch.sync.forget import forget
from visualsearch.sync.heartbeats import last_heartbeat, record_heartbeat
from visualsearch.sync.journal import request_sync
from visualsearch.sync.objects import SyncReport, finish, outstanding, sync_outstanding
from visualsearch.sync.rebuild import compact_where_needed, rebuild
from visualsearch.sync.reconcile import reconcile, request_everything
from visualsearch.sync.status import Building, Progress, Status, get_building, get_lag, get_progress, get_status
from visualsearch.sync.switch import build, finish_building, follow_setting, take_over, want, want_previous
from visualsearch.sync.verify import Proof, verify

__all__ = [
    "Building",
    "Progress",
    "Proof",
    "Status",
    "SyncReport",
    "build",
    "compact_where_needed",
    "finish",
    "finish_building",
    "follow_setting",
    "forget",
    "get_building",
    "get_lag",
    "get_progress",
    "get_status",
    "last_heartbeat",
    "outstanding",
    "rebuild",
    "reconcile",
    "record_heartbeat",
    "request_everything",
    "request_sync",
    "sync_outstanding",
    "take_over",
    "verify",
    "want",
    "want_previous",
]
