"""An object as it is now, beside its rows in the space of each embedder that is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from visualsearch.embedders import Embedder
from visualsearch.indexes.base import Scalar
from visualsearch.models import Embedding, EmbeddingState
from visualsearch.sources import Picture
from visualsearch.sync.leases import Work
from visualsearch.sync.pictures import Reading, look_at


@dataclass(slots=True, kw_only=True)
class Side:
    """An object's pictures beside its rows by one embedder."""

    fingerprint: str
    readings: list[Reading]
    """Its pictures; none when it is hidden or gone."""
    gone: list[Embedding]
    """Rows of pictures that it no longer has."""


@dataclass(slots=True, kw_only=True)
class ObjectState:
    """An object as it is now."""

    work: Work
    pictures: list[Picture]
    """None when it is hidden or gone."""
    sides: list[Side] = field(default_factory=list)
    attributes: dict[str, Scalar] | None = None
    """Its values by path; None where no index keeps them."""
    embedders: frozenset[str]
    """Names of those that are asked for its vectors."""
    unavailable: str = ""
    """Why one of them could not be asked."""


def add_side(states: list[ObjectState], embedder: Embedder) -> Iterator[int]:
    """Give every object its side by this embedder; yields how many vectors each batch computed.

    Raises EmbedderUnavailable, and then adds no side to any.
    """
    rows_of = _rows_of(states, embedder.fingerprint)
    sides = [_side_of(state, rows_of[state.work.object_key], embedder.fingerprint) for state in states]
    yield from look_at((reading for side in sides for reading in side.readings), embedder)
    for state, side in zip(states, sides, strict=True):
        state.sides.append(side)


def _rows_of(states: list[ObjectState], fingerprint: str) -> dict[str, dict[str, Embedding]]:
    rows_of: dict[str, dict[str, Embedding]] = {state.work.object_key: {} for state in states}
    sources = {state.work.source for state in states}
    for row in Embedding.objects.filter(source__in=sources, fingerprint=fingerprint, object_key__in=rows_of):
        rows_of[row.object_key][row.picture_key] = row
    return rows_of


def _side_of(state: ObjectState, rows: dict[str, Embedding], fingerprint: str) -> Side:
    keys = {picture.key for picture in state.pictures}
    return Side(
        fingerprint=fingerprint,
        readings=[Reading(picture=picture, row=rows.get(picture.key)) for picture in state.pictures],
        gone=[row for key, row in rows.items() if key not in keys and row.state != EmbeddingState.REMOVED],
    )
