"""The index of a space: which of them answers, opened with what its source declares and ready to be searched."""

from __future__ import annotations

from dataclasses import replace

from visualsearch.exceptions import UnknownSource
from visualsearch.indexes import Attribute, Index, Space, get_index
from visualsearch.models import ServingIndex
from visualsearch.sharing import refresh
from visualsearch.sources import get_source


def index_of(space: Space, name: str = "") -> Index:
    """Return this process's index of the space: of this name, or without one that which answers searches."""
    attributes = _attributes(space.source)
    return get_index(name or ServingIndex.read().serving, replace(space, attributes=attributes))


def open_index(space: Space, name: str = "") -> Index:
    """Return this process's index of the space ready to be searched.

    One that each process has for itself holds every row that is committed by now, a shared one what is published.
    """
    index = index_of(space, name)
    refresh(index)
    return index


def _attributes(source: str) -> tuple[Attribute, ...]:
    try:
        return get_source(source).attributes
    except UnknownSource:  # rows of a model that is registered no more are still to be forgotten
        return ()
