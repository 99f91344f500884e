"""What has become of a picture: searchable, failed, or waiting; one rule for counts and for each picture alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from visualsearch.models import Embedding, EmbeddingState, SyncRequest, serving_embedder
from visualsearch.sources import Picture, VisualSource
from visualsearch.sources.hooks import read_pictures
from visualsearch.sync.reconcile import Surveyed, survey_object


class PictureState(StrEnum):
    """What can be said of a picture that shoppers should find."""

    SEARCHABLE = "searchable"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStatus:
    """A picture of an object, and what has become of it."""

    picture: Picture
    state: PictureState
    since: datetime | None = None
    """When its row was last changed; None where it has none."""
    error: str = ""
    """Why it failed; of a searchable one what is wrong with its file, such as that its end is missing."""
    attempts: int = 0
    """Failures in a row."""
    next_try: datetime | None = None
    """When it will be tried again by itself."""


def pictures_of(source: VisualSource, obj: Any) -> list[PictureStatus] | None:
    """Return the pictures of an object, in its own order; None where shoppers may not find the object.

    Raises EmbedderUnavailable, and whatever the source's hook raises.
    """
    shown = source.get_queryset().filter(pk=obj.pk).first()
    if shown is None:
        return None
    found = survey_object(source, shown, serving_embedder().fingerprint)
    requests = SyncRequest.objects.filter(source=source.name, object_key=str(obj.pk))
    pending = pending_of(requests).get(str(obj.pk))
    retry = requests.filter(attempts__gt=0).order_by("due").first()
    return [_status(found, picture, pending, retry) for picture in read_pictures(source, shown)]


def pending_of(requests: QuerySet[SyncRequest]) -> dict[str, PictureState]:
    """Return the objects with a wish outstanding: waiting when it is due or new, failed when it was put off."""
    pending: dict[str, PictureState] = {}
    now = timezone.now()
    for key, due, attempts in requests.order_by("-due").values_list("object_key", "due", "attempts").iterator():
        pending[key] = PictureState.FAILED if attempts and due > now else PictureState.WAITING
    return pending


def states_of(found: Surveyed, pending: PictureState | None) -> Iterator[PictureState]:
    """Yield the state of each picture of an object, one for an object that cannot be looked at."""
    if found.error:
        yield PictureState.FAILED
    for key, name in found.wanted.items():
        yield _state(found.rows.get(key), name, pending)


def _state(row: Embedding | None, name: str, pending: PictureState | None) -> PictureState:
    if pending == PictureState.WAITING:
        return PictureState.WAITING
    if row is None or row.picture_name != name:
        return pending or PictureState.WAITING
    return PictureState.FAILED if row.state == EmbeddingState.FAILED else PictureState.SEARCHABLE


def _status(
    found: Surveyed, picture: Picture, pending: PictureState | None, retry: SyncRequest | None
) -> PictureStatus:
    row = found.rows.get(picture.key)
    state = _state(row, picture.name, pending)
    failed = state == PictureState.FAILED
    # An object that failed as a whole has a wish that says why; its rows are as they were.
    own = row.error if row and row.picture_name == picture.name else ""
    error = own or (retry.error if retry and failed else "")
    return PictureStatus(
        picture=picture,
        state=state,
        since=row.updated if row and row.picture_name == picture.name else None,
        error=error,
        attempts=max(row.attempts if row else 0, retry.attempts if retry else 0) if failed else 0,
        next_try=retry.due if failed and retry else None,
    )
