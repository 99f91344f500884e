"""Which of the shop's own pictures are searched with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from visualsearch.search.evaluation.catalogue import IsChosen
from visualsearch.search.evaluation.goods import shown_objects
from visualsearch.search.evaluation.queries import Goods, Query
from visualsearch.sources import Picture, VisualSource
from visualsearch.sources.hooks import category_of, group_of, key_of, pictures_shown, title_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPicture:
    """A picture that shoppers may find, and its place in the draw."""

    source: VisualSource
    object: Any
    picture: Picture
    place: tuple[int, int]
    """Which of its object's pictures it is in the draw, then a number of chance: the lowest are drawn."""


def draw_pictures(sources: Iterable[VisualSource], count: int, seed: int) -> list[ShopPicture]:
    """Return `count` pictures drawn by chance: one of every object before any object has a second.

    The same shop and seed give the same pictures. All of the shop is read, but no more than `count` pictures are held.
    """
    return nsmallest(count, _in_the_draw(sources, seed), key=lambda drawn: drawn.place)


def query_of(drawn: ShopPicture) -> Query:
    """Return the search for a picture's own product: every variant of its group is right."""
    source, obj = drawn.source, drawn.object
    goods = Goods(object_key=str(obj.pk), key=key_of(source, obj), title=title_of(source, obj), picture=drawn.picture)
    return Query(
        name=drawn.picture.name,
        photo=drawn.picture,
        source=source.name,
        right=frozenset([group_of(source, obj)]),
        right_by="group",
        category=category_of(source, obj),
        goods=(goods,),
    )


def _in_the_draw(sources: Iterable[VisualSource], seed: int) -> Iterator[ShopPicture]:
    for source, obj in shown_objects(sources):
        pictures = [(_chance(seed, source.name, obj.pk, one.key), one) for one in pictures_shown(source, obj)]
        pictures.sort(key=lambda pair: pair[0])
        for turn, (chance, picture) in enumerate(pictures):
            yield ShopPicture(source=source, object=obj, picture=picture, place=(turn, chance))


def _chance(*parts: object) -> int:
    text = "\n".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def choose_catalogue(
    queries: Iterable[Query], sources: Iterable[VisualSource], count: int | None, seed: int
) -> IsChosen:
    """Return which pictures a catalogue in memory holds: all, or those of right answers and `count` drawn ones."""
    if count is None:
        return lambda source, obj, picture: True
    wanted = {(query.source, goods.object_key) for query in queries for goods in query.goods}
    drawn = {_name_of(one.source, one.object, one.picture) for one in draw_pictures(sources, count, seed)}
    return lambda source, obj, picture: (source.name, str(obj.pk)) in wanted or _name_of(source, obj, picture) in drawn


def _name_of(source: VisualSource, obj: Any, picture: Picture) -> tuple[str, str, str]:
    return source.name, str(obj.pk), picture.key
