"""What is told of each search and each sync while they run: one line of the log, and figures for Prometheus.

Neither holds a photo, a vector, what a shopper typed, or where a request came from.
"""

from __future__ import annotations

from visualsearch.telemetry.lines import JsonFormatter
from visualsearch.telemetry.searches import observe_search, outcome_of, step
from visualsearch.telemetry.syncs import tell_sync

__all__ = ["JsonFormatter", "observe_search", "outcome_of", "step", "tell_sync"]
