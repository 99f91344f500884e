"""From rows to a new index, while the old one goes on answering."""

from __future__ import annotations

import logging

from visualsearch.conf import get_settings
from visualsearch.exceptions import IndexUnavailable
from visualsearch.indexes import Index, Space
from visualsearch.models import Embedding, current_space, read_changes
from visualsearch.opening import index_of, open_index
from visualsearch.sharing import building, fetch_newer, is_ahead, remove_old_uploads, upload_newer
from visualsearch.sources import VisualSource, all_sources
from visualsearch.sync.publish import caught_up

logger = logging.getLogger(__name__)


def rebuild(source: VisualSource) -> bool:
    """Build the source's index anew from the rows alone; False when another process is at it already."""
    space = current_space(source.name)
    index = index_of(space)
    built = index.rebuild(read_changes(space))
    if built:
        upload_newer(index)
    return built


def fill(space: Space, name: str = "") -> None:
    """Fill the index of a space before it is searched: publish what is shared, else write a snapshot if worth it."""
    index = index_of(space, name)
    if index.shared:
        caught_up(space, name)
        if index.needs_snapshot():
            index.compact()
        return
    # Opens the newest snapshot and reads no row: all of them at once may not fit into memory.
    index.catch_up(lambda since: iter(()))
    waiting = Embedding.objects.of_space(space).filter(revision__gt=index.revision).count()
    if waiting < get_settings().compact_from:
        return
    with building(space) as ours:
        if ours and not fetch_newer(index):
            index.rebuild(read_changes(space))
            upload_newer(index)


def compact_where_needed() -> list[str]:
    """Write a new snapshot of every index that has a reason for it; returns the reasons."""
    reasons = []
    for source in all_sources():
        try:
            reason = _compact(source)
        except (IndexUnavailable, OSError) as error:  # a full disk: the others may lie on another
            logger.error("No snapshot of %s could be written: %s", source.name, error)
            continue
        if reason:
            logger.info("A new snapshot of %s was written: %s", source.name, reason)
            reasons.append(f"{source.name}: {reason}")
    remove_old_uploads()
    return reasons


def _compact(source: VisualSource) -> str:
    """Write a snapshot if there is a reason for it; returns the reason, empty when nothing was written."""
    space = current_space(source.name)
    index = open_index(space)
    if not (index.needs_snapshot() or is_ahead(index)):
        return ""
    with building(index.space) as ours:
        reason = _reason_left(index) if ours else ""
        written = bool(reason) and index.compact()
        if ours:
            upload_newer(index)
    if not written:
        return ""
    open_index(space)
    return reason


def _reason_left(index: Index) -> str:
    """Say why a snapshot should be written, also when the one of another host, if there is a newer one, is in use."""
    if index.needs_snapshot() and fetch_newer(index):
        open_index(index.space)
    return index.needs_snapshot()
