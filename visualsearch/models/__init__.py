"""The rows that are the truth: what is embedded, what is asked for, who is at work, and what shoppers did."""

from __future__ import annotations

from visualsearch.models.behaviour import Event, SearchRecord, UnmetSearch
from visualsearch.models.calibration import Calibration
from visualsearch.models.findings import Finding, FindingKind
from visualsearch.models.jobs import JobFailure, JobState, ReindexJob
from visualsearch.models.journal import Embedding, EmbeddingQuerySet, EmbeddingState, Journal, read_changes
from visualsearch.models.observations import Heartbeat, LagSample, ProofRecord
from visualsearch.models.photo_means import PhotoMean, count_photos, mean_of_pictures
from visualsearch.models.serving import ServingEmbedder, ServingIndex, current_space, serving_embedder, space_of
from visualsearch.models.snapshots import BuildLease, SnapshotUpload
from visualsearch.models.work import Lease, Publication, SyncRequest, lapsed, lease_end

__all__ = [
    "BuildLease",
    "Calibration",
    "Embedding",
    "EmbeddingQuerySet",
    "EmbeddingState",
    "Event",
    "Finding",
    "FindingKind",
    "Heartbeat",
    "JobFailure",
    "JobState",
    "Journal",
    "LagSample",
    "Lease",
    "PhotoMean",
    "ProofRecord",
    "Publication",
    "ReindexJob",
    "SearchRecord",
    "ServingEmbedder",
    "ServingIndex",
    "SnapshotUpload",
    "SyncRequest",
    "UnmetSearch",
    "count_photos",
    "current_space",
    "lapsed",
    "lease_end",
    "mean_of_pictures",
    "read_changes",
    "serving_embedder",
    "space_of",
]
