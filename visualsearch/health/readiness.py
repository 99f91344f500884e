"""What must hold before shoppers are sent to this process, and what the shop as a whole needs beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.db import DatabaseError
from django.utils import timezone

from visualsearch.conf import get_settings
from visualsearch.exceptions import VisualSearchError
from visualsearch.models import Journal, current_space, serving_embedder
from visualsearch.search.fallback import open_answering
from visualsearch.sources import all_sources
from visualsearch.sync import lag_seconds, last_seen

logger = logging.getLogger(__name__)

SWEEPS_MISSED = 3
"""Sweeps without a sign of a worker after which none counts as alive, but no less than a minute."""


def find_problems(names: Sequence[str]) -> dict[str, str]:
    """Return for each of the named checks a sentence of what is wrong, empty where nothing is.

    Sentences hold no address and no error of a library: anybody may read them. Those are logged.
    """
    return {name: _ask(name) for name in names}


def _ask(name: str) -> str:
    try:
        return CHECKS[name]()
    except (DatabaseError, VisualSearchError) as error:
        logger.error("Not ready, %s: %s", name, error)
        return f"The {name} cannot be used; the log says why."


def _database() -> str:
    Journal.head()
    return ""


def _index() -> str:
    for source in all_sources():
        open_answering(current_space(source.name))
    return ""


def _model() -> str:
    serving_embedder().prepare()
    return ""


def _worker() -> str:
    seen = last_seen("worker")
    patience = max(60.0, SWEEPS_MISSED * get_settings().sweep_seconds)
    if seen is None:
        return "No worker was ever seen."
    silent = (timezone.now() - seen).total_seconds()
    if silent > patience:
        return f"The last worker was seen {silent:.0f} s ago."
    most, lag = get_settings().ready_lag_seconds, lag_seconds()
    return f"A save has been waiting for {lag:.0f} s, and {most:.0f} are allowed." if lag > most else ""


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "index": _index, "model": _model, "worker": _worker}
"""By the name that `?only=` knows."""

NEEDED = ("database", "index", "model")
"""What a server itself needs to answer shoppers: without a worker, or behind a queue, it answers all the same."""
