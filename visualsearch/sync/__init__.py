"""From catalogue to rows to index: what keeps them in step."""

from __future__ import annotations

from visualsearch.sync.comparison import Comparison
from visualsearch.sync.estimate import Estimate, estimate_reindex
from visualsearch.sync.exchange import exchange_here, follow_index_setting, go_on_exchanging, want_index
from visualsearch.sync.forget import forget
from visualsearch.sync.jobs import call_due_jobs, cancel_job, do_batch, pause_job, resume_job, start_job
from visualsearch.sync.journal import request_sync
from visualsearch.sync.objects import SyncReport, finish, outstanding, sync_outstanding
from visualsearch.sync.observing import (
    BEAT,
    Lag,
    Quarter,
    Sign,
    forget_life,
    get_signs,
    lag_seconds,
    last_seen,
    living_hosts,
    note_lag,
    note_life,
)
from visualsearch.sync.publish import publish
from visualsearch.sync.rebuild import compact_where_needed, rebuild
from visualsearch.sync.reconcile import reconcile, request_everything
from visualsearch.sync.states import PictureState, PictureStatus, pictures_of
from visualsearch.sync.status import Building, Progress, Status, get_building, get_progress, get_status
from visualsearch.sync.switch import build, finish_building, follow_setting, take_over, want, want_previous
from visualsearch.sync.verify import Proof, verify

__all__ = [
    "BEAT",
    "Lag",
    "Quarter",
    "Sign",
    "note_lag",
    "note_life",
    "PictureState",
    "PictureStatus",
    "pictures_of",
    "Estimate",
    "estimate_reindex",
    "Building",
    "Progress",
    "Proof",
    "Status",
    "SyncReport",
    "build",
    "call_due_jobs",
    "cancel_job",
    "compact_where_needed",
    "do_batch",
    "Comparison",
    "exchange_here",
    "finish",
    "finish_building",
    "follow_index_setting",
    "follow_setting",
    "forget",
    "forget_life",
    "get_building",
    "go_on_exchanging",
    "get_progress",
    "get_signs",
    "get_status",
    "lag_seconds",
    "last_seen",
    "living_hosts",
    "outstanding",
    "pause_job",
    "publish",
    "rebuild",
    "reconcile",
    "request_everything",
    "request_sync",
    "resume_job",
    "start_job",
    "sync_outstanding",
    "take_over",
    "verify",
    "want",
    "want_index",
    "want_previous",
]
