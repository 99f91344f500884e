"""From the address of the page to what is asked: which photo, which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from visualsearch.exceptions import SearchForgotten
from visualsearch.images import Box
from visualsearch.keeping import keeps_photos
from visualsearch.presenting import Sample
from visualsearch.search import Answer, PhotoQuery, Seen, find_similar
from visualsearch.search.own_pictures import seen_of
from visualsearch.search.query import Photo
from visualsearch.search.tokens import read_token
from visualsearch.sources import Picture, VisualSource, get_source

KEYS = ("q", "like", "sample")
"""Of the address: a token, a picture of an object, a sample."""

URL_MOST = 2048
"""Characters of the address that a photo came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One search, as its address says it."""

    source: VisualSource
    photo: Photo | Seen
    params: dict[str, str]
    """What in the address holds the photo."""
    box: Box | None = None
    boxes: tuple[Box, ...] = ()
    url: str = ""
    """Of the photo, where the shop has it; empty for a shopper's own that is not kept."""
    photo_id: str = ""
    title: str = ""
    """What the photo shows, where that is known."""


def read_question(source: VisualSource, address: QueryDict, box: Box | None) -> Question | None:
    """Return what the address asks, None where it asks nothing; raises SearchForgotten for what is no longer there."""
    if token := address.get("q"):
        return _of_token(token, address.get("photo_url", "")[:URL_MOST])
    if like := address.get("like"):
        return _of_picture(source, like, box)
    if key := address.get("sample"):
        sample = find_sample(source, key)
        url = reverse("visualsearch:sample", args=[sample.key])
        params = {"sample": sample.key}
        return Question(source=source, photo=sample.file, params=params, box=box, url=url, title=sample.title)
    return None


def answer_to(question: Question, filters: dict[str, object], limit: int) -> tuple[Answer, tuple[Box, ...]]:
    """Return the answer and the suggested boxes; raises what `find_similar` raises."""
    is_seen = isinstance(question.photo, Seen)
    answer = find_similar(
        PhotoQuery(
            photo=question.photo,
            box=None if is_seen else question.box,
            suggest=True,
            source=question.source.name,
            filters=filters,
            limit=limit,
        )
    )
    return answer, question.boxes if is_seen else answer.boxes


def find_sample(source: VisualSource, key: str) -> Sample:
    """Return the sample of this key; raises SearchForgotten for one that is not there."""
    for sample in source.get_samples():
        if sample.key == key and sample.file.is_file():
            return sample
    raise SearchForgotten(f"There is no sample {key!r}.")


def _of_token(token: str, photo_url: str) -> Question:
    held = read_token(token)
    return Question(
        source=get_source(held.source),
        photo=held.seen,
        params={"q": token, "photo_url": photo_url} if photo_url else {"q": token},
        box=held.box,
        boxes=held.boxes,
        photo_id=held.photo_id,
        url=f"{reverse('visualsearch:photo')}?{urlencode({'q': token})}" if held.kept_as and keeps_photos() else "",
    )


def _of_picture(source: VisualSource, like: str, box: Box | None) -> Question:
    """Ask with a shop's picture: only one that shoppers may see, of an object that they may find."""
    key, _, picture_key = like.partition(":")
    try:
        obj = source.get_queryset().filter(pk=key).first()
    except (TypeError, ValueError) as error:
        raise SearchForgotten(f"Expected object:picture, got {like[:80]!r}.") from error
    picture = _picture(source, obj, picture_key) if obj is not None else None
    if picture is None:
        raise SearchForgotten(f"There is no picture {like[:80]!r}.")
    title = source.get_title(obj)
    photo = picture if box else seen_of(source, obj, picture) or picture
    return Question(source=source, photo=photo, params={"like": like}, box=box, url=picture.url, title=title)


def _picture(source: VisualSource, obj: object, key: str) -> Picture | None:
    return next((picture for picture in source.get_pictures(obj) if picture.key == key), None)
