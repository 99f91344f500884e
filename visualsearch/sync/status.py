"""How far the rows and the index are behind the shop, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Min
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.embedders import Embedder, load_embedder
from visualsearch.embedders.engines import Choice
from visualsearch.exceptions import EmbedderUnavailable
from visualsearch.indexes.base import IndexStatus
from visualsearch.models import EmbeddingState, Journal, ServingEmbedder, SyncRequest, serving_embedder
from visualsearch.sources import VisualSource, all_sources
from visualsearch.sync.gap import read_gap
from visualsearch.sync.rebuild import open_current_index
from visualsearch.sync.reconcile import Surveyed, survey


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
    engine: Choice | None
    """What its network runs on and why; None of an embedder without a network."""
    building: Building | None
    """None while no other embedder is being made ready."""
    indexes: dict[str, IndexStatus] = field(default_factory=dict)
    """By source."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def get_progress() -> Progress:
    """Count the pictures of every source by what has become of them; reads no picture."""
    counts: Counter[str] = Counter()
    for source in all_sources():
        pending = _pending(source)
        for found in survey(source, serving_embedder().fingerprint):
            counts.update(_states(found, pending.get(found.object_key)))
    return Progress(wanted=counts.total(), embedded=counts["ready"], failed=counts["failed"], waiting=counts["waiting"])


def get_status() -> Status:
    """Count the pictures and bring this process's indexes up to the journal."""
    now = ServingEmbedder.read()
    embedder = load_embedder(now.serving)
    indexes = {source.name: open_current_index(source).status() for source in all_sources()}
    revision = Journal.head()
    return Status(
        **asdict(get_progress()),
        revision=revision,
        index_revision=min((index.revision for index in indexes.values()), default=revision),
        embedder=now.serving,
        setting=get_settings().embedder,
        previous=now.previous,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        engine=_engine_of(embedder),
        building=get_building(),
        indexes=indexes,
    )


def get_lag() -> float:
    """Return the age of the oldest change that no worker has looked at yet, in seconds; 0.0 when there is none."""
    first = SyncRequest.objects.filter(attempts=0).aggregate(first=Min("created"))["first"]
    return max((timezone.now() - first).total_seconds(), 0.0) if first else 0.0


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


def _engine_of(embedder: Embedder) -> Choice | None:
    try:
        return embedder.engine
    except EmbedderUnavailable as error:
        return Choice("none", str(error))


def _pending(source: VisualSource) -> dict[str, str]:
    """Return the objects with a wish outstanding: "waiting" when it is due, "failed" when it was put off."""
    pending: dict[str, str] = {}
    now = timezone.now()
    requests = SyncRequest.objects.filter(source=source.name).order_by("-due")
    for key, due, attempts in requests.values_list("object_key", "due", "attempts").iterator():
        pending[key] = "failed" if attempts and due > now else "waiting"
    return pending


def _states(found: Surveyed, pending: str | None) -> list[str]:
    if found.error:
        return ["failed"]
    return [_state(found, key, name, pending) for key, name in found.wanted.items()]


def _state(found: Surveyed, key: str, name: str, pending: str | None) -> str:
    row = found.rows.get(key)
    if pending == "waiting":
        return "waiting"
    if row is None or row.picture_name != name:
        return pending or "waiting"
    return "failed" if row.state == EmbeddingState.FAILED else "ready"
