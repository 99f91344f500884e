"""From the fields of a request to what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from PIL import Image
from rest_framework.exceptions import NotFound, ValidationError

from visualsearch.addresses import fetch_photo
from visualsearch.api.requests import write_offset
from visualsearch.conf import get_settings
from visualsearch.images import Box, open_for_search, open_photo
from visualsearch.search import Answer, PhotoQuery, Result, Seen, find_at, find_each, find_similar
from visualsearch.search.admission import fetching
from visualsearch.search.narrowing import Narrowing, unknown_names
from visualsearch.search.own_pictures import seen_of
from visualsearch.search.tokens import Remembered, read_token
from visualsearch.sources import Picture, VisualSource, get_source
from visualsearch.sources.hooks import object_of, pictures_shown
from visualsearch.telemetry import step


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One search, as its fields say it."""

    source: VisualSource
    photo: Image.Image | Seen
    narrowing: Narrowing
    within: QuerySet[Any] | None
    boxes: tuple[Box, ...] = ()
    """Suggested ones, where they are known already."""
    size: tuple[int, int] | None
    fields: Mapping[str, Any]
    page: Page


@dataclass(frozen=True, slots=True)
class Page:
    """Which of the results are wanted."""

    start: int
    end: int

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Page:
        """Return what limit and offset say; beyond the shop's limit there is nothing."""
        settings = get_settings()
        start = fields.get("offset", 0)
        return cls(start, min(start + fields.get("limit", settings.limit), settings.limit_most))

    @property
    def limit(self) -> int:
        """Results to ask for, those before among them."""
        return max(self.end, 1)

    def cut(self, results: tuple[Result, ...] | list[Result]) -> list[Result]:
        """Return the wanted results."""
        return list(results[self.start : self.end])

    def next_offset(self, count: int) -> str | None:
        """Return what leads to more, None where there is none; `count` results were found by now."""
        return write_offset(self.end) if self.start < self.end == count < get_settings().limit_most else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one search has found."""

    asked: Asked
    answer: Answer
    """Of the whole photo, or of the part that was asked for."""
    box: Box | None
    boxes: tuple[Box, ...]
    """Suggested ones."""
    objects: tuple[tuple[Box, Answer], ...]
    """An answer for each of several boxes."""

    def token_of(self, answer: Answer, box: Box | None) -> str:
        """Return what searches again without the photo."""
        assert answer.seen is not None  # noqa: S101 - of every search with a photo
        held = Remembered(
            source=self.asked.source.name, seen=answer.seen, photo_id="", box=box, boxes=self.boxes,
            size=self.asked.size,
        )  # fmt: skip
        return held.token()


def read_asked(fields: Mapping[str, Any], narrow: Any, within: Any) -> Asked:
    """Return the search with its photo decoded; raises what fetching and decoding raise, and NotFound.

    `narrow` and `within` are hooks of a view: from a source and values to a Narrowing, from a source to a queryset.
    """
    if token := fields.get("query"):
        held = read_token(token)
        source, photo, boxes, size = get_source(held.source), held.seen, held.boxes, held.size
        fields = {**fields, "box": held.box}
        return Asked(source=source, photo=photo, boxes=boxes, size=size, narrowing=narrow(source, fields),
                     within=within(source), fields=fields, page=Page.of(fields))  # fmt: skip
    source = get_source(fields.get("source", ""))
    # Before anything costs time: a wrong filter is answered at once.
    narrowing = narrow(source, fields)
    opened = _photo(source, fields)
    size = None if isinstance(opened, Seen) else opened.size
    return Asked(source=source, photo=opened, size=size, narrowing=narrowing, within=within(source),
                 fields=fields, page=Page.of(fields))  # fmt: skip


def narrow(source: VisualSource, values: Mapping[str, str]) -> Narrowing:
    """Return what the values of filters narrow to; raises ValidationError for a wrong one."""
    narrowing = Narrowing(source, values)
    unknown = dict.fromkeys(unknown_names(source, values), "Expected the name of a filter of this shop.")
    if wrong := {**unknown, **narrowing.problems}:
        raise ValidationError({"filters": wrong})
    return narrowing


def find(asked: Asked) -> Found:
    """Search; raises what `find_similar` raises."""
    query = PhotoQuery(
        photo=asked.photo,
        is_own="product" in asked.fields,
        source=asked.source.name,
        within=asked.within,
        filters=asked.narrowing.keywords(),
        limit=asked.page.limit,
        min_score=asked.fields.get("min_score", -1.0),
    )
    box, several = asked.fields.get("box"), asked.fields.get("boxes", [])
    if isinstance(asked.photo, Seen):
        return Found(asked=asked, answer=find_similar(query), box=box, boxes=asked.boxes, objects=())
    if box:
        answer = find_similar(replace(query, box=box, suggest=True))
        return Found(asked=asked, answer=answer, box=box, boxes=answer.boxes, objects=())
    if point := asked.fields.get("point"):
        box, answer = find_at(query, point)
        return Found(asked=asked, answer=answer, box=box, boxes=answer.boxes, objects=())
    whole, *others = find_each(query, [None, *several])
    objects = tuple(zip(several, others, strict=True))
    return Found(asked=asked, answer=whole, box=None, boxes=whole.boxes, objects=objects)


def _photo(source: VisualSource, fields: Mapping[str, Any]) -> Image.Image | Seen:
    if url := fields.get("photo_url"):
        with step("fetch"), fetching():
            data = fetch_photo(url)
        with step("decode"):
            return open_photo(data)
    if "photo" in fields:
        with step("decode"):
            return open_photo(fields["photo"] or b"")
    return _own(source, fields)


def _own(source: VisualSource, fields: Mapping[str, Any]) -> Image.Image | Seen:
    """Return what is stored of a picture of the shop, and the picture itself where a part of it is asked for."""
    obj, picture = _picture(source, fields)
    asks_for_parts = any(fields.get(name) for name in ("box", "boxes", "point"))
    if not asks_for_parts and (seen := seen_of(source, obj, picture)):
        return seen
    try:
        with step("decode"), picture.open() as opened:
            return open_for_search(opened)
    except OSError as error:
        raise NotFound("The file of this picture cannot be read at the moment.") from error


def _picture(source: VisualSource, fields: Mapping[str, Any]) -> tuple[Any, Picture]:
    obj = object_of(source, fields["product"])
    if obj is None:
        raise NotFound("There is no such product.")
    wanted = fields.get("picture")
    for picture in pictures_shown(source, obj):
        if wanted is None or picture.key == wanted:
            return obj, picture
    raise NotFound("This product has no such picture.")
