"""From what was counted, and from what the database says now, to the text that Prometheus reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from visualsearch.models import Journal, current_space
from visualsearch.search.fallback import open_answering
from visualsearch.sources import all_sources
from visualsearch.sync import lag_seconds, last_seen, outstanding

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def expose() -> bytes:
    """Return the figures of all processes that share PROMETHEUS_MULTIPROC_DIR; without it those of this one."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    own = CollectorRegistry()
    own.register(_Now())
    counted: Any = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(own) + generate_latest(counted)


class _Now:
    """Gauges that are asked of the database and of this process's indexes when Prometheus comes."""

    def collect(self) -> Iterator[Any]:
        """Yield each gauge."""
        from prometheus_client.core import GaugeMetricFamily as Gauge

        yield Gauge("visualsearch_waiting_objects", "Objects with a sync outstanding.", value=outstanding())
        yield Gauge("visualsearch_lag_seconds", "Age of the oldest save that waits.", value=lag_seconds())
        yield Gauge("visualsearch_journal_revision", "Newest committed revision.", value=Journal.head())
        size = Gauge("visualsearch_index_vectors", "Vectors that can be found.", labels=["source"])
        revision = Gauge("visualsearch_index_revision", "Revision that the index has read.", labels=["source"])
        for source in all_sources():
            opened = open_answering(current_space(source.name))
            size.add_metric([source.name], len(opened.index))
            revision.add_metric([source.name], opened.revision)
        yield from (size, revision)
        silent = Gauge("visualsearch_seen_seconds", "Time since the last sign of life.", labels=["role"])
        for role in ("worker", "beat"):
            if seen := last_seen(role):
                silent.add_metric([role], (timezone.now() - seen).total_seconds())
        yield silent
