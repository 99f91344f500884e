"""From the address of the page to what is asked: which photo, which part of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from visualsearch.exceptions import SearchForgotten
from visualsearch.images import Box
from visualsearch.keeping import keeps_photos
from visualsearch.keys import with_keys
from visualsearch.presenting import Sample
from visualsearch.search import Answer, PhotoQuery, Seen, find_similar
from visualsearch.search.own_pictures import seen_of
from visualsearch.search.query import Photo
from visualsearch.search.tokens import read_token
from visualsearch.sources import Picture, VisualSource, all_sources, get_source
from visualsearch.sources.hooks import pictures_shown, samples_of, title_of

KEYS = ("q", "like", "sample")
"""Of the address: a token, a picture of an object, a sample."""

SOURCE = "source"
"""Which of several sources is searched, in the address or in what is sent."""

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

    def at(self, default: str) -> Question:
        """Return the question with its source in the address, where that searches another by default."""
        return replace(self, params={**self.params, **source_params(self.source, default)})


def read_source(address: QueryDict, *, default: str = "") -> VisualSource | None:
    """Return the source that the address names, else that of this name, else the first; None where there is none.

    Raises UnknownSource.
    """
    if name := address.get(SOURCE) or default:
        return get_source(name)
    return next(iter(all_sources()), None)


def source_params(source: VisualSource | None, default: str = "") -> dict[str, str]:
    """Return what names a source in an address that searches the source `default`, or else the first."""
    usual = read_source(QueryDict(), default=default)
    return {} if source is None or source is usual else {SOURCE: source.name}


def read_question(source: VisualSource, address: QueryDict, box: Box | None) -> Question | None:
    """Return what the address asks, None where it asks nothing; raises SearchForgotten for what is no longer there."""
    if token := address.get("q"):
        return _of_token(token, address.get("photo_url", "")[:URL_MOST])
    if like := address.get("like"):
        return _of_picture(source, like, box)
    if key := address.get("sample"):
        sample = find_sample(source, key)
        url = sample_url(source, sample)
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


def sample_url(source: VisualSource, sample: Sample) -> str:
    """Return the address of a sample photo."""
    params = urlencode(source_params(source))
    return reverse("visualsearch:sample", args=[sample.key]) + (f"?{params}" if params else "")


def find_sample(source: VisualSource, key: str) -> Sample:
    """Return the sample of this key; raises SearchForgotten for one that is not there."""
    for sample in samples_of(source):
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
    obj = with_keys(source.get_queryset(), [key]).first()
    picture = _picture(source, obj, picture_key) if obj is not None else None
    if picture is None:
        raise SearchForgotten(f"There is no picture {like[:80]!r}.")
    title = title_of(source, obj)
    photo = picture if box else seen_of(source, obj, picture) or picture
    return Question(source=source, photo=photo, params={"like": like}, box=box, url=picture.url, title=title)


def _picture(source: VisualSource, obj: object, key: str) -> Picture | None:
    return next((picture for picture in pictures_shown(source, obj) if picture.key == key), None)
