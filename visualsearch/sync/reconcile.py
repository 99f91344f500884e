"""Find the forgotten: objects and rows that disagree although no signal told it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from visualsearch.attributes import read_attributes
from visualsearch.indexes.base import Scalar
from visualsearch.keys import with_keys
from visualsearch.models import Embedding, EmbeddingState, serving_embedder
from visualsearch.sources import VisualSource
from visualsearch.sources.hooks import read_pictures
from visualsearch.sources.shown import each_shown
from visualsearch.sync.batches import batched
from visualsearch.sync.journal import in_bulk, request_sync
from visualsearch.sync.publish import keep_attributes

logger = logging.getLogger(__name__)

CHUNK = 500
"""Objects compared at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """An object's pictures beside its rows, without reading a picture."""

    object_key: str
    wanted: dict[str, str] = field(default_factory=dict)
    """Name of the file of each picture, by the picture's key."""
    rows: dict[str, Embedding] = field(default_factory=dict)
    """Rows that are not removed, by the picture's key."""
    attributes: dict[str, Scalar] | None = None
    """What the rows must hold of the object's values; None where no index keeps them."""
    error: str = ""
    """Why the object's pictures cannot be told."""

    @property
    def agrees(self) -> bool:
        """Tell whether every picture has its row and every row its picture; content is compared by name alone."""
        named = self.wanted == {key: row.picture_name for key, row in self.rows.items()}
        return named and not self.error and self._says_its_values

    @property
    def _says_its_values(self) -> bool:
        return self.attributes is None or all(row.attributes == self.attributes for row in self.rows.values())


def survey(source: VisualSource, fingerprint: str) -> Iterator[Surveyed]:
    """Yield every object of the source with its rows, then every row whose object is hidden or gone."""
    for chunk in batched(each_shown(source, chunk=CHUNK), CHUNK):
        yield from _survey_all(source, fingerprint, chunk)
    yield from _orphans(source, fingerprint)


def survey_object(source: VisualSource, obj: object, fingerprint: str) -> Surveyed:
    """Return one object of the source with its rows."""
    return next(_survey_all(source, fingerprint, [obj]))


def _survey_all(source: VisualSource, fingerprint: str, objects: Sequence[Any]) -> Iterator[Surveyed]:
    keys = [str(obj.pk) for obj in objects]
    rows, values = _rows(source, fingerprint, keys), _attributes(source, keys)
    for key, obj in zip(keys, objects, strict=True):
        found = _surveyed(source, obj, rows.get(key, {}))
        yield replace(found, attributes=values.get(key))


def _attributes(source: VisualSource, keys: list[str]) -> dict[str, dict[str, Scalar]]:
    if not keep_attributes():
        return {}
    return read_attributes(with_keys(source.get_queryset(), keys), source.attributes)


def reconcile(source: VisualSource) -> int:
    """Ask for a sync of every object that disagrees with its rows; returns how many."""
    differing = (found.object_key for found in survey(source, serving_embedder().fingerprint) if not found.agrees)
    return sum(request_sync(source.name, keys, due=in_bulk()) for keys in batched(differing, CHUNK))


def request_everything(source: VisualSource) -> int:
    """Ask for a sync of every object and every row of the source; returns how many objects."""
    keys = (found.object_key for found in survey(source, serving_embedder().fingerprint))
    return sum(request_sync(source.name, chunk, due=in_bulk()) for chunk in batched(keys, CHUNK))


def _rows(source: VisualSource, fingerprint: str, keys: list[str]) -> dict[str, dict[str, Embedding]]:
    rows: dict[str, dict[str, Embedding]] = {}
    found = Embedding.objects.filter(source=source.name, fingerprint=fingerprint, object_key__in=keys)
    for row in found.exclude(state=EmbeddingState.REMOVED).defer("vector"):
        rows.setdefault(row.object_key, {})[row.picture_key] = row
    return rows


def _surveyed(source: VisualSource, obj: object, rows: dict[str, Embedding]) -> Surveyed:
    key = str(obj.pk)  # type: ignore[attr-defined]
    try:
        wanted = {picture.key: picture.name for picture in read_pictures(source, obj)}
    except Exception as error:  # a hook that fails on one object must not hide the others
        logger.warning("Pictures of %s %s cannot be told: %s", source.name, key, error)
        return Surveyed(object_key=key, rows=rows, error=f"{type(error).__name__}: {error}")
    return Surveyed(object_key=key, wanted=wanted, rows=rows)


def _orphans(source: VisualSource, fingerprint: str) -> Iterator[Surveyed]:
    stored = Embedding.objects.filter(source=source.name, fingerprint=fingerprint).exclude(state=EmbeddingState.REMOVED)
    keys = stored.order_by("object_key").values_list("object_key", flat=True).distinct().iterator(chunk_size=CHUNK)
    for chunk in batched(keys, CHUNK):
        shown = {str(pk) for pk in with_keys(source.get_queryset(), chunk).values_list("pk", flat=True)}
        hidden = [key for key in chunk if key not in shown]
        rows = _rows(source, fingerprint, hidden)
        yield from (Surveyed(object_key=key, rows=rows.get(key, {})) for key in hidden)
