"""How far the rows and the index are behind the shop, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder, load_embedder
from visualsearch.embedders.engines import Choice
from visualsearch.exceptions import EmbedderUnavailable, IndexUnavailable
from visualsearch.indexes.base import IndexStatus, Space
from visualsearch.models import (
    Journal,
    ProofRecord,
    Publication,
    ReindexJob,
    ServingEmbedder,
    ServingIndex,
    SyncRequest,
    current_space,
    serving_embedder,
)
from visualsearch.opening import open_index
from visualsearch.sources import VisualSource, all_sources
from visualsearch.sync.gap import read_gap
from visualsearch.sync.observing import Lag, Sign, get_lag, get_signs
from visualsearch.sync.publish import get_publications
from visualsearch.sync.reconcile import survey
from visualsearch.sync.states import PictureState, pending_of, states_of
from visualsearch.sync.verify import get_proofs


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of pictures; wanted is the sum of the other three."""

    wanted: int = 0
    """Pictures of the objects that shoppers may find."""
    embedded: int = 0
    """Searchable, and in step with their objects."""
    failed: int = 0
    """Without a vector, the reason known, to be tried again later."""
    waiting: int = 0
    """Neither: not looked at yet, or changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """The space that is built beside the one that answers."""

    embedder: str
    fingerprint: str
    pictures: int
    """Searchable now, so that it needs all of them."""
    missing: int
    """Those of them that it does not know yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How far a reindex job is."""

    id: int
    source: str
    state: str
    done: int
    total: int
    failed: int
    rate: float
    """Objects a second."""
    seconds_left: float | None
    """None where nobody knows."""
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingStatus:
    """How a shared index follows the journal."""

    index: str
    source: str
    error: str
    """Why the last try failed; empty when it did not."""
    failed: datetime | None
    """Since when every try has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofStatus:
    """The last comparison of shop, rows and index."""

    at: datetime
    equal: bool
    repaired: bool
    result: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Progress):
    """What `visualsearch_status` says."""

    revision: int
    """The journal's."""
    index_revision: int
    """The lowest of the indexes', after they have read the journal."""
    embedder: str
    """The one that answers searches."""
    setting: str
    """The one that the setting names."""
    previous: str
    """The one that answered before: the way back."""
    fingerprint: str
    dimensions: int
    index: str
    """The one that answers searches."""
    index_setting: str
    """The one that the setting names."""
    index_wanted: str
    """The one that is being filled to answer next; empty while there is none."""
    index_previous: str
    """The one that answered before: the way back."""
    publishing: list[PublishingStatus] = field(default_factory=list)
    """How shared indexes follow the journal."""
    engine: Choice | None
    """What its network runs on and why; None of an embedder without a network."""
    building: Building | None
    """None while no other embedder is being made ready."""
    indexes: dict[str, IndexStatus] = field(default_factory=dict)
    """By source."""
    jobs: list[JobStatus] = field(default_factory=list)
    """Reindex jobs that are not over, and the last one that is; newest first."""
    lag: Lag
    signs: list[Sign] = field(default_factory=list)
    """Who is alive: the beat and the workers."""
    proofs: dict[str, ProofStatus] = field(default_factory=dict)
    """The last one by source."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def get_progress(*sources: VisualSource) -> Progress:
    """Count the pictures of these sources, or of all, by what has become of them; reads no picture."""
    counts: Counter[PictureState] = Counter()
    for source in sources or all_sources():
        pending = pending_of(SyncRequest.objects.filter(source=source.name))
        for found in survey(source, serving_embedder().fingerprint):
            counts.update(states_of(found, pending.get(found.object_key)))
    return Progress(
        wanted=counts.total(),
        embedded=counts[PictureState.SEARCHABLE],
        failed=counts[PictureState.FAILED],
        waiting=counts[PictureState.WAITING],
    )


def get_status(progress: Progress | None = None) -> Status:
    """Count the pictures, unless that was done already, and bring this process's indexes up to the journal."""
    now = ServingEmbedder.read()
    embedder, index = load_embedder(now.serving), ServingIndex.read()
    indexes = {source.name: _index_status(index.serving, current_space(source.name)) for source in all_sources()}
    revision = Journal.head()
    return Status(
        **asdict(progress or get_progress()),
        revision=revision,
        index_revision=min((one.revision for one in indexes.values()), default=revision),
        embedder=now.serving,
        setting=get_settings().embedder,
        previous=now.previous,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        index=index.serving,
        index_setting=get_settings().index,
        index_wanted=index.wanted if index.is_building else "",
        index_previous=index.previous,
        publishing=[_publishing_status(one) for one in get_publications()],
        engine=_engine_of(embedder),
        building=get_building(),
        indexes=indexes,
        jobs=get_jobs(),
        lag=get_lag(),
        signs=get_signs(),
        proofs={one.source: _proof_status(one) for one in get_proofs()},
    )


def get_jobs() -> list[JobStatus]:
    """Return the reindex jobs that are not over, and the last one that is."""
    over = ReindexJob.objects.exclude(ended=None).values("pk")[:1]
    jobs = ReindexJob.objects.filter(Q(ended=None) | Q(pk__in=[row["pk"] for row in over]))
    return [_job_status(job) for job in jobs]


def _job_status(job: ReindexJob) -> JobStatus:
    left = job.left
    return JobStatus(
        id=job.pk,
        source=job.source,
        state=job.state,
        done=job.done,
        total=job.total,
        failed=job.failed,
        rate=round(job.rate, 3),
        seconds_left=left.total_seconds() if left is not None else None,
        by=job.by,
    )


def get_building() -> Building | None:
    """Count what the space that is being built lacks; None while there is none."""
    gap = read_gap()
    if gap is None:
        return None
    return Building(
        embedder=ServingEmbedder.read().wanted,
        fingerprint=gap.wanted,
        pictures=gap.answering().count(),
        missing=gap.missing().count(),
    )


def _index_status(name: str, space: Space) -> IndexStatus:
    try:
        return open_index(space, name).status()
    except IndexUnavailable as error:
        return IndexStatus(name=name, kind="unreachable", why=str(error), revision=0, size=0)


def _publishing_status(row: Publication) -> PublishingStatus:
    return PublishingStatus(index=row.index, source=row.source, error=row.error, failed=row.failed)


def _proof_status(record: ProofRecord) -> ProofStatus:
    return ProofStatus(at=record.at, equal=record.equal, repaired=record.repaired, result=record.result)


def _engine_of(embedder: Embedder) -> Choice | None:
    try:
        return embedder.engine
    except EmbedderUnavailable as error:
        return Choice("none", str(error))
