"""From one search to its line and its figures: how long each step took, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID, uuid4

from visualsearch.exceptions import VisualSearchError
from visualsearch.telemetry import metrics
from visualsearch.telemetry.lines import tell

logger = logging.getLogger("visualsearch.searches")

FOUND, NO_MATCH, BROKEN = "found", "no-match", "error"

OBJECTS_MOST = 20
"""Objects that a line names, the best."""


@dataclass(slots=True, kw_only=True)
class Observation:
    """One search while it runs."""

    id: UUID = field(default_factory=uuid4)
    """The `query_id` of its line, of its row, of the API's answer and of the events that it leads to."""
    source: str
    outcome: str = FOUND
    results: int = 0
    objects: tuple[str, ...] = ()
    """Primary keys of the objects found, best first."""
    revision: int = 0
    """The journal's revision that the index had read: syncs up to it are in the answer."""
    steps: dict[str, float] = field(default_factory=dict)
    """Seconds by step, in the order in which they began."""


_current: ContextVar[Observation | None] = ContextVar("visualsearch_search", default=None)


@contextmanager
def observe_search(source: str) -> Iterator[Observation]:
    """Tell of the search that runs inside, also where it fails; a search within a search is a part of it."""
    if outer := _current.get():
        yield outer
        return
    search, began = Observation(source=source), perf_counter()
    token = _current.set(search)
    try:
        yield search
    except Exception as error:
        search.outcome = outcome_of(error)
        raise
    finally:
        _current.reset(token)
        _tell(search, perf_counter() - began)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time a step of the search that runs now; outside of one nothing is told."""
    search, began = _current.get(), perf_counter()
    try:
        yield
    finally:
        if search:
            search.steps[name] = search.steps.get(name, 0.0) + perf_counter() - began


def name_source(name: str) -> None:
    """Tell which source the search that runs now is of; a query need not say it."""
    if search := _current.get():
        search.source = name


def note_objects(keys: Iterable[object]) -> None:
    """Tell which objects the search that runs now has found, best first; a second call adds to the first."""
    if search := _current.get():
        search.objects = tuple(dict.fromkeys((*search.objects, *map(str, keys))))[:OBJECTS_MOST]


def outcome_of(error: Exception) -> str:
    """Return the reason of a refusal: the name of the error, or `error` where whoever asked has no part in it."""
    is_refusal = isinstance(error, VisualSearchError) or 400 <= getattr(error, "status_code", 500) < 500
    return type(error).__name__ if is_refusal else BROKEN


def _tell(search: Observation, seconds: float) -> None:
    metrics.count_search(search.outcome, seconds, search.steps)
    fields = {
        "query_id": str(search.id),
        "source": search.source,
        "outcome": search.outcome,
        "results": search.results,
        "objects": ",".join(search.objects),
        "revision": search.revision,
        "ms": round(seconds * 1000, 1),
    }
    tell(logger, "search", fields | {f"{name}_ms": round(spent * 1000, 1) for name, spent in search.steps.items()})
