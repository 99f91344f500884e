"""From what was seen of an object's pictures to its rows, each change with its revision."""

from __future__ import annotations

from visualsearch.models import Embedding, EmbeddingState, Journal
from visualsearch.sync.leases import Work
from visualsearch.sync.pictures import Reading
from visualsearch.sync.sides import ObjectState, Side


def write_rows(state: ObjectState, side: Side) -> list[Embedding]:
    """Write what changed, in the transaction that ends the work; returns the rows that were written."""
    seen = [_row_of(state.work, reading, side.fingerprint) for reading in side.readings if not reading.unchanged]
    rows = [*seen, *_revalued(state, side)]
    for row in rows:
        row.attributes = state.attributes
    for row in side.gone:
        row.state = EmbeddingState.REMOVED
    rows += side.gone
    # Taken last: from here to the end of the transaction other writers wait.
    for row, revision in zip(rows, Journal.take(len(rows)) if rows else (), strict=True):
        row.revision = revision
        row.save()
    return rows


def _revalued(state: ObjectState, side: Side) -> list[Embedding]:
    """Return the rows of unchanged pictures whose object says something else in what an index keeps of it."""
    if state.attributes is None:
        return []
    kept = [reading.row for reading in side.readings if reading.unchanged and reading.row]
    return [row for row in kept if row.attributes != state.attributes]


def _row_of(work: Work, reading: Reading, fingerprint: str) -> Embedding:
    key = reading.picture.key
    row = reading.row or Embedding(
        source=work.source, object_key=work.object_key, picture_key=key, fingerprint=fingerprint
    )
    seen = reading.seen
    if seen is None:
        raise AssertionError("A picture was not looked at.")
    row.picture_name = reading.picture.name
    row.digest = seen.digest
    row.perceptual_hash = seen.perceptual_hash
    row.vector = seen.vector
    row.error = seen.error
    row.attempts = row.attempts + 1 if seen.is_failed else 0
    row.state = EmbeddingState.FAILED if seen.is_failed else EmbeddingState.READY
    return row
